"""Nothing of a message that was pasted for the check is kept; only the few words of the answer leave."""

import asyncio
import re
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import demo
from bot.app import Program
from bot.channels.rendering import as_text
from bot.core.conversation import State
from bot.core.messages import InboundMessage, Reply
from bot.core.splitting import length
from bot.storage import people
from bot.storage.database import Transaction
from handlers.answering import scam_check
from tests.core.test_scam import HOSTILE, KNOWN, TAPPABLE, UNSEEN
from tests.dialogue import everything
from tests.fakes.clock import SettableClock

CHAT = "paste"
HELLO = InboundMessage(channel="web", chat=CHAT, external_id="")
PASTED = (
    "Quyzx kính gửi: tài khoản VNeID của bà Wqlan bị lỗi, đọc mã OTP cho anh Zorro, bấm http://vneid-gov.com/wxyz123"
)
SECRETS = ("Quyzx", "Wqlan", "Zorro", "wxyz123", "http:")


def talk(program: Program, *texts: str) -> str:
    """The last answer to these messages."""
    if not program.database.read_now(lambda tx: people.find_speaker(tx, HELLO)):
        program.database.write_now(lambda tx: demo.add_person(tx, CHAT, "Lan", program.clock()))
    receiver, said = program.receiver(), ""
    for text in texts:
        message = InboundMessage(channel="web", chat=CHAT, external_id=uuid.uuid4().hex, text=text)
        said = "\n".join(each.reply.text for each in asyncio.run(receiver.receive(message)))
    return said


@pytest.mark.parametrize(
    "texts",
    [("/kiemtra", PASTED), (f"/kiemtra {PASTED}",), (PASTED,), (f"kiểm tra giúp: {PASTED}",), ("học", PASTED)],
    ids=["awaited", "with the command", "pasted freely", "with words", "after a lesson list"],
)
def test_nothing_pasted_is_kept(program: Program, texts: tuple[str, ...]) -> None:
    with capture_logs() as logs:
        said = talk(program, *texts)
    assert "vneid-gov[.]com" in said
    kept: Any = program.database.read_now(everything)
    for secret in SECRETS:
        assert secret not in said
        assert secret not in repr(kept)
        assert secret not in repr(logs)
    assert PASTED not in repr(kept)


REST = "và phần còn lại của lá thư ấy kể lể dài dòng không có gì đáng nói thêm nữa Quyzx"


def test_the_rest_of_a_long_paste_is_no_question(program: Program, clock: SettableClock) -> None:
    said = talk(program, "/kiemtra", f"{PASTED} " * 20, REST)
    assert "không có nghĩa là an toàn" in said
    kept: Any = program.database.read_now(everything)
    assert "Quyzx" not in repr(kept)
    clock.move(timedelta(minutes=2))
    assert "không có nghĩa là an toàn" not in talk(program, "10/10 là ngày gì, ngày ấy người dân được lợi những gì?")


def test_after_a_long_paste_a_short_text_is_not_its_rest(program: Program) -> None:
    assert "an toàn" not in talk(program, "/kiemtra", f"{PASTED} " * 20, "10/10 là ngày gì?")


def test_a_very_long_paste_is_answered_in_one_message_that_fits(program: Program) -> None:
    said = talk(program, "/kiemtra", f"{PASTED} " * 60)
    assert "vneid-gov[.]com" in said
    assert len(said) < 1500


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_no_answer_can_be_tapped_or_calls_anything_safe(program: Program, locale: str) -> None:
    hello = replace(HELLO, text="/kiemtra")

    def answers(tx: Transaction) -> list[Reply]:
        speaker = demo.add_person(tx, CHAT, "Lan", program.clock())
        turn = program.turn(tx, hello, speaker, State(), program.clock())
        turn.locale = locale
        texts = [text for samples in (KNOWN, UNSEEN) for each in samples.values() for text in each]
        found = []
        for text in [*texts, *HOSTILE, ""]:
            turn.message = replace(hello, text=f"/kiemtra {text}")
            found.append(scam_check.start(turn))
        return found

    for reply in program.database.write_now(answers):
        calm = reply.text
        for sentence in ("không có nghĩa là an toàn", "does not mean it is safe"):
            calm = calm.replace(sentence, "")
        assert not re.search(r"an toàn|\bsafe\b|\bOK\b|tin được", calm), reply.text
        assert not TAPPABLE.search(reply.text), reply.text
        assert length(as_text(reply)) <= 2000
