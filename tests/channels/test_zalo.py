"""The Zalo channel: how replies look, what every kind of refusal means, how it starts and stops."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from bot.channels import zalo_request
from bot.channels.zalo import BadToken, ZaloChannel, pieces
from bot.core.channel import SendFailure, Sent
from bot.core.errors import SetupFault
from bot.core.messages import Choice, OutboundMessage, Reply
from tests.channels.zalo_bot import BOT, Clock, with_bot
from tests.fakes.zalo_api import TOKEN, FakeZaloApi, User

Json = dict[str, Any]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
MENU = (Choice("Học bài", "lesson:1"), Choice("Báo cáo", "report:1"), Choice("Thôi", "stop", numbered=False))


def outbound(user: User | str, reply: Reply, **told: Any) -> OutboundMessage:
    chat = user if isinstance(user, str) else user.chat.id
    return OutboundMessage(id=1, channel="zalo", bot=BOT, chat=chat, reply=reply, **told)


# ---- sending


def test_a_reply_is_one_call_of_numbered_lines() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, _clock: Clock) -> None:
        reply = Reply(text="**Mời bác chọn**", choices=MENU, link="https://dichvucong.gov.vn/", edit=True)
        assert await channel.send(outbound(hoa, reply, retire="1")) == Sent(hoa.last.id)
        text = "Mời bác chọn\n1. Học bài\n2. Báo cáo\nthôi\nhttps://dichvucong.gov.vn/"
        assert api.called("sendMessage") == [{"chat_id": hoa.id, "text": text}]
        assert hoa.choices == ["Học bài", "Báo cáo"]
        assert [name for name, _ in api.calls] == ["getMe", "sendMessage"]
        assert channel.calls_sent == 1
        assert not channel.capabilities.buttons
        assert not channel.capabilities.edit

    with_bot(test)


def test_a_text_that_fits_is_one_message_and_counted_as_zalo_counts() -> None:
    assert [len(pieces(Reply(text="ế" * n))) for n in (2000, 2001)] == [1, 2]
    assert [len(pieces(Reply(text="😀" * n))) for n in (1000, 1001)] == [1, 2]
    assert len(pieces(Reply(text="e\u0302\u0301" * 2000))) == 1  # composed: one unit a letter
    assert len(pieces(Reply(text="a" * 2002 + "**"))) == 2


def test_a_long_text_goes_in_parts() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, _clock: Clock) -> None:
        text = "\n\n".join(["Đồng chí 😀 hướng dẫn bà con " * 20] * 10)
        assert await channel.send(outbound(hoa, Reply(text=text, choices=MENU))) == Sent(hoa.last.id, 4)
        parts = [call["text"] for call in api.called("sendMessage")]
        assert len(parts) == channel.calls_sent == 4
        assert hoa.choices == ["Học bài", "Báo cáo"]
        together = "".join("".join(part.split()) for part in parts)
        assert together == "".join(f"{text}\n1. Học bài\n2. Báo cáo\nthôi".split())

    with_bot(test)


def test_a_text_that_failed_half_way_goes_on_where_it_stopped() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, _clock: Clock) -> None:
        message = outbound(hoa, Reply(text="chữ " * 1200, choices=MENU))
        api.fault("error", "sendMessage", skip=1)
        api.fault("error", "sendMessage", skip=1, code=401)
        for expected in ("no_answer", "token"):
            failed = await channel.send(message)
            assert isinstance(failed, SendFailure)
            assert failed.reason == expected
        assert isinstance(await channel.send(message), Sent)
        assert len(api.called("sendMessage")) == len(pieces(message.reply)) == channel.calls_sent == 3
        assert hoa.choices == ["Học bài", "Báo cáo"]

    with_bot(test)


def test_nothing_to_say_is_no_call() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, _clock: Clock) -> None:
        assert await channel.send(outbound(hoa, Reply(text=" \n"))) == SendFailure(reason="empty")
        assert await channel.send(outbound(hoa, Reply(text="\ud83d"))) == SendFailure(reason="refused")
        assert api.called("sendMessage") == []

    with_bot(test)


MEDIA_URL = "https://bot.example.vn/media/week.png"


async def reach_picture(method: str, address: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    assert (method, dict(headers), body) == ("GET", {}, b"")
    return (200, PNG) if address == MEDIA_URL else (404, b"")


def media_url(name: str) -> str:
    return {"week": MEDIA_URL, "lost": "https://bot.example.vn/media/lost.png"}[name]


def test_a_picture_carries_a_text_or_comes_after_it() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, _clock: Clock) -> None:
        api.reach = reach_picture
        assert await channel.send(outbound(hoa, Reply(text="**Tuần** 47", picture="week"))) == Sent(hoa.last.id)
        assert api.called("sendPhoto") == [{"chat_id": hoa.id, "photo": MEDIA_URL, "caption": "Tuần 47"}]
        assert (hoa.last.file, channel.calls_sent) == (PNG, 1)
        await channel.send(outbound(hoa, Reply(text="dài " * 700, picture="week")))
        assert [m.method for m in hoa.chat.heard[1:]] == ["sendMessage", "sendMessage", "sendPhoto"]
        assert api.called("sendPhoto")[1] == {"chat_id": hoa.id, "photo": MEDIA_URL}
        await channel.send(outbound(hoa, Reply(text="", picture="week")))
        assert api.called("sendPhoto")[2] == {"chat_id": hoa.id, "photo": MEDIA_URL}

    with_bot(test, media_url=media_url)


def test_the_text_alone_where_there_is_no_picture(caplog: pytest.LogCaptureFixture) -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, _clock: Clock) -> None:
        api.reach = reach_picture
        await channel.send(outbound(hoa, Reply(text="không ảnh", picture="unknown")))
        assert (hoa.last.method, hoa.text) == ("sendMessage", "không ảnh")
        api.fault("error", "sendPhoto", code=400, times=2)
        await channel.send(outbound(hoa, Reply(text="bị từ chối", picture="week")))
        assert (hoa.last.method, hoa.text) == ("sendMessage", "bị từ chối")
        assert await channel.send(outbound(hoa, Reply(text="dài " * 700, picture="week"))) == Sent(hoa.last.id, 2)
        assert api.called("sendPhoto") == []
        await channel.send(outbound(hoa, Reply(text="mất", picture="lost")))

    with_bot(test, media_url=media_url, clean=False)
    assert [record.message for record in caplog.records] == [
        "zalo: picture unknown is not to be had (KeyError)",
        "zalo: a picture was refused (400)",
        "zalo: a picture was refused (400)",
    ]


def test_a_picture_zalo_cannot_fetch_is_a_violation() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, _clock: Clock) -> None:
        api.reach = reach_picture
        await channel.send(outbound(hoa, Reply(text="mất", picture="lost")))
        assert api.violations == [
            "sendPhoto: https://bot.example.vn/media/lost.png is no PNG or JPEG under 1 MB (HTTP 404)"
        ]

    with_bot(test, media_url=media_url, clean=False)


NO_ANSWER = SendFailure(reason="no_answer", retryable=True, maybe_sent=True)
TOKEN_GONE = SendFailure(reason="token", retryable=True)
# label: the fault, quirks of the platform, what is made of it, and whether the person got the message nevertheless
OUTCOMES: dict[str, tuple[Json, Json, SendFailure, bool]] = {
    "429": ({"kind": "error", "code": 429}, {}, SendFailure(reason="quota"), False),
    "429, HTTP 200": ({"kind": "error", "code": 429}, {"mirror_status": False}, SendFailure(reason="quota"), False),
    "429, digits in quotes": (
        {"kind": "error", "code": 429},
        {"string_codes": True, "mirror_status": False},
        SendFailure(reason="quota"),
        False,
    ),
    "400": ({"kind": "error", "code": 400}, {}, SendFailure(reason="refused"), False),
    "400, HTTP 200": ({"kind": "error", "code": 400}, {"mirror_status": False}, SendFailure(reason="refused"), False),
    "404": ({"kind": "error", "code": 404}, {}, SendFailure(reason="refused"), False),
    "401": ({"kind": "error", "code": 401}, {}, TOKEN_GONE, False),
    "401, a page": ({"kind": "html", "code": 401}, {}, TOKEN_GONE, False),
    "403": ({"kind": "error", "code": 403}, {}, NO_ANSWER, False),
    "408": ({"kind": "error", "code": 408}, {}, NO_ANSWER, False),
    "500": ({"kind": "error"}, {}, NO_ANSWER, False),
    "a gateway's page": ({"kind": "html", "code": 502}, {}, NO_ANSWER, False),
    "a page": ({"kind": "html", "code": 200}, {}, NO_ANSWER, False),
    "half an answer": ({"kind": "truncated"}, {}, NO_ANSWER, True),
    "cut before": ({"kind": "drop"}, {}, NO_ANSWER, False),
    "cut after": ({"kind": "drop_after"}, {}, NO_ANSWER, True),
    "no answer in time": ({"kind": "hang"}, {}, NO_ANSWER, False),
}


@pytest.mark.parametrize("label", OUTCOMES)
@pytest.mark.fault(
    "Zalo: 429, 500, HTML, half an answer, a cut connection, a time-out",
    "a stand-in of the Zalo API over HTTP",
)
def test_a_failure_is_a_value(label: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    fault, quirks, expected, arrived = OUTCOMES[label]
    caplog.set_level(logging.INFO)

    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, clock: Clock) -> None:
        for name, value in quirks.items():
            setattr(api, name, value)
        if fault["kind"] == "hang":
            monkeypatch.setattr(zalo_request, "READ_SECONDS", 0.05)
        api.fault(method="sendMessage", **fault)
        assert await channel.send(outbound(hoa, Reply(text="chào"))) == expected
        monkeypatch.undo()
        assert [m.text for m in hoa.chat.heard] == ["chào"] * arrived
        assert clock.slept == []  # trying again is the outbox's decision
        assert isinstance(await channel.send(outbound(hoa, Reply(text="lại"))), Sent)
        assert (hoa.text, channel.calls_sent) == ("lại", 1)

    with_bot(test)
    assert TOKEN not in caplog.text


def test_an_unknown_chat_is_refused() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, _hoa: User, _clock: Clock) -> None:
        assert await channel.send(outbound("0000", Reply(text="a"))) == SendFailure(reason="refused")
        assert api.violations == ["sendMessage: unknown chat '0000'"]

    with_bot(test, clean=False)


def test_a_quota_used_up_half_way() -> None:
    async def test(api: FakeZaloApi, channel: ZaloChannel, hoa: User, _clock: Clock) -> None:
        api.quota = 1
        assert await channel.send(outbound(hoa, Reply(text="chữ " * 1200))) == SendFailure(reason="quota", calls=1)
        assert (len(hoa.chat.heard), channel.calls_sent) == (1, 1)

    with_bot(test)


# ---- life


@pytest.mark.fault("Zalo is away at the start", "getMe fails in four ways")
def test_start_waits_until_zalo_is_there(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        clock = Clock()
        async with FakeZaloApi() as api:
            for fault in ("error", "html", "drop", "truncated", "html", "drop", "error", "html"):
                api.fault(fault, "getMe")
            channel = ZaloChannel(TOKEN, api_base_url=api.url + "/", sleep=clock.sleep)
            await channel.start()
            assert (channel.bot_id, channel.account_name) == (BOT, "bot.ThuNghiem")
            await channel.stop()
            await channel.stop()
        assert clock.slept == [0.5, 1, 1.5, 1, 0.5, 1, 1.5, 2]

    asyncio.run(run())
    assert [record.message for record in caplog.records] == [
        "zalo: start failed (NoAnswer), again in 1 s",
        "zalo: start failed (NoAnswer), again in 2 s",
    ]


@pytest.mark.parametrize("kind", ["error", "html"])
def test_a_bad_token_is_told_without_the_token(kind: str) -> None:
    async def run() -> None:
        async with FakeZaloApi() as api:
            channel = ZaloChannel(TOKEN, api_base_url=api.url)
            api.fault(kind, "getMe", code=401)
            with pytest.raises(BadToken, match=f"^Zalo refuses the token of bot {BOT}$") as caught:
                await channel.start()
            assert TOKEN not in repr(caught.value) + repr(channel._client)
            api.fault("error", "getMe", code=404)
            with pytest.raises(SetupFault, match="404 Not Found"):
                await channel.start()
            await channel.stop()

    asyncio.run(run())


def test_settings_nobody_could_use() -> None:
    for token in ("KHOA-THU", "khoa:thu", "1:a b", "1:", ""):
        with pytest.raises(SetupFault, match="the Zalo token must look like") as caught:
            ZaloChannel(token)
        assert "THU" not in str(caught.value)
    with pytest.raises(SetupFault, match="proxy"):
        ZaloChannel(TOKEN, proxy="socks5://127.0.0.1:1080")
