"""What goes out unasked, sent and looked at."""

from bot.app import Program
from scheduler import broadcasts, jobs
from scheduler.jobs import Office
from tests.fakes.platform import Hand, Heard, Platform


async def told(platform: Platform, program: Program, hand: Hand) -> list[Heard]:
    """What is due goes out, twice over as with two schedulers; then what this person finds unread."""
    office = Office(
        database=program.database, library=program.library, zone=program.settings.zone, clock=platform.clock
    )
    for _ in range(2):
        await jobs.plan(office, platform.clock())
        await jobs.find_late(office, platform.clock())
        await jobs.look_at_answers(office, platform.clock())
        await jobs.hand_over(office, platform.clock())
        await broadcasts.hand_over(office, platform.clock())
        await platform.send_waiting()
    return await platform.told(hand)
