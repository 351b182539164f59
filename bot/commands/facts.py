"""What the commands about facts do: which replaced ones people were told."""

from bot import library
from bot.commands.settings import open_database, read_settings
from bot.core.clock import system_clock
from bot.services import recalls


def recall(days: int) -> int:
    """Print every replaced fact that people were told in the last days, as counts; how many facts that is."""
    settings, database, now = read_settings(), open_database(), system_clock()
    loaded = library.load(settings.content_dir)
    found = database.read_now(lambda tx: recalls.replaced(tx, loaded, now=now, days=days))
    database.close()
    for each in found:
        print(f"{each.old.id} → {each.new.id}: {each.people} người đã nghe")
        print(f"  trước: {each.old.statement}")
        print(f"  nay:   {each.new.statement}")
    if found:
        print('Người điều phối gõ "đính chính" trong ô chat để xem và gửi, mỗi người một lần.')
    else:
        print(f"Trong {days} ngày qua chưa ai nghe điều nay không còn đúng.")
    return len(found)
