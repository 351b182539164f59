"""What the commands about personal data do: requests, retention, the register, a breach, erasing again."""

import json
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import library, secret
from bot.commands.settings import open_database, read_settings
from bot.core.clock import system_clock
from bot.core.errors import KnownError, SetupFault
from bot.secret import keyring, secret_keys
from bot.services.files import register_paper
from bot.services.personal_data import breach, data_requests, key_rotation, processing_register, retention, tombstones
from bot.services.personal_data.retention import Periods
from handlers.person import data_requests as words_of


def requests(*, answer: int, text: str) -> None:
    """Print what waits, the most urgent first; or answer one, so that who asked is told."""
    settings, database, now = read_settings(), open_database(), system_clock()
    today = now.astimezone(settings.zone).date()
    try:
        waiting = database.read_now(data_requests.all_open)
        if not answer:
            for each in waiting:
                late = " QUÁ HẠN" if today > each.due else ""
                print(f"{each.id}  hạn {each.due:%d/%m/%Y}{late}  người {each.person}: {each.text}")
            print(f"{len(waiting)} yêu cầu đang chờ.")
            return
        found = next((each for each in waiting if each.id == answer), None)
        if found is None or not text.strip():
            msg = "Give the number of a request that waits, and --text with what was done."
            raise SetupFault(msg)
        words = library.load(settings.content_dir).words[found.locale]
        said = words_of.answered(words, found, data_requests.tidy(text))
        database.write_now(lambda tx: data_requests.answer(tx, answer, text, said, person=None, now=now))
        print(f"Đã trả lời yêu cầu {answer}.")
    except KnownError as known:
        raise SetupFault(known.say) from None
    finally:
        database.close()


def forget(*, dry_run: bool) -> None:
    """Delete what was kept long enough, and print how much of what; or only count it."""
    settings, database = read_settings(), open_database()
    periods = Periods.of(settings)
    found = (retention.would if dry_run else retention.run)(database, periods, system_clock())
    database.close()
    for name, count in sorted(found.items()):
        print(f"{name}: {count}")
    print("Chạy thử, chưa xóa gì." if dry_run else "Đã xóa xong." if found else "Không có gì quá hạn.")


def register(out: Path | None) -> None:
    """Print, or write, the register of processing and the impact assessment: Word for .docx, else Markdown."""
    settings, database = read_settings(), open_database()
    words = library.load(settings.content_dir).words["vi"]
    today = system_clock().astimezone(settings.zone).date()
    periods = Periods.of(settings)
    text = database.read_now(lambda tx: processing_register.write(tx, words, periods=periods, today=today))
    database.close()
    if out is None:
        print(text)
        return
    try:
        out.write_bytes(register_paper.make(text) if out.suffix.lower() == ".docx" else text.encode())
    except OSError as error:
        msg = f"The file {out} cannot be written ({error.strerror})."
        raise SetupFault(msg) from None
    print(f"Đã ghi {out}.")


def affected(*, first: str, last: str, fields: str, names: bool) -> None:
    """Print, a JSON object a line, who is affected by a breach; then how many nobody can name any more."""
    settings, database = read_settings(), open_database()
    since, until = moment(first, settings.zone), moment(last, settings.zone, end=True)
    if since > until:
        msg = "--from lies after --to."
        raise SetupFault(msg)
    columns = breach.fields(each.strip() for each in fields.split(",") if each.strip())
    found = database.read_now(lambda tx: breach.affected(tx, columns, until=until, names=names))
    erased = database.read_now(lambda tx: breach.erased_since(tx, since))
    database.close()
    for each in found:
        line = {"person": each.person, "channels": each.channels, "fields": dict(each.fields)}
        print(json.dumps(line | ({"name": each.name} if names else {}), ensure_ascii=False))
    print(json.dumps({"affected": len(found), "erased_since": erased}, ensure_ascii=False))


def moment(text: str, zone: ZoneInfo, *, end: bool = False) -> datetime:
    """A day or a moment of local time. SetupFault when it is neither."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        msg = f"{text!r} is no day. Write 2026-11-18, or 2026-11-18T09:30."
        raise SetupFault(msg) from None
    if end and len(text) == len("2026-11-18"):
        found = datetime.combine(found.date(), time.max)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def reapply() -> None:
    """Erase again everybody who was ever erased and has not begun anew, and print how many there were."""
    settings, database = read_settings(), open_database()
    keys, content = secret_keys(settings), library.load(settings.content_dir)
    tombstones.keep(database, settings.data_dir)
    count = tombstones.reapply(
        database,
        content,
        settings.data_dir,
        keys=keys,
        now=system_clock(),
        zone=settings.zone,
        everything=True,
    )
    database.close()
    print(f"Đã xóa lại {count} người." if count else "Không có ai phải xóa lại.")


def rotate() -> None:
    """Seal everything with the newest key, printing how much; make a new key first, unless one waits to be used.

    The former key stays and opens what is not sealed again yet: this may be stopped and begun anew at any time, and a
    program that runs meanwhile goes on. SetupFault where the operator has to change SECRET_KEY first.
    """
    settings, database = read_settings(), open_database()
    try:
        ring = keyring(settings)
        if not key_rotation.waiting(database, ring.mark, ring.marks):
            secret.renew(settings)
            print(f"Khóa mới: {settings.data_dir / secret.FILE}; khóa cũ vẫn mở được, cất ở {secret.OLD}.")
        database.close()
        database = open_database()
        ring, today = keyring(settings), system_clock().astimezone(settings.zone).date()
        found = key_rotation.seal_all(database, ring.mark, today=today, anew=True)
        for name, count in found.items():
            print(f"{name}: {count}")
        print(f"Đã niêm lại {sum(found.values())} giá trị. Khởi động lại chương trình, sao lưu mới;")
        print("khi không còn cần bản sao lưu cũ: tungngo privacy rotate --drop")
    finally:
        database.close()


def drop_keys() -> None:
    """Delete the former keys once nothing needs them, and print how many. SetupFault while something does."""
    settings, database = read_settings(), open_database()
    ring = keyring(settings)
    try:
        waiting = key_rotation.waiting(database, ring.mark, ring.marks)
    finally:
        database.close()
    if waiting:
        msg = f"{waiting} values are not sealed with the newest key yet. Run 'tungngo privacy rotate' first."
        raise SetupFault(msg)
    count = secret.drop(settings)
    print(f"Đã bỏ {count} khóa cũ. Giấy chứng nhận ký bằng khóa cũ và bản sao lưu cũ không kiểm, không mở được nữa.")
