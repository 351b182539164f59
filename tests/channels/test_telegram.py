"""The Telegram channel: how replies look, what every kind of refusal means, how it starts and stops."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import ChatMigrated, TelegramError

from bot.channels import telegram_request
from bot.channels.telegram import BadToken, TelegramChannel, WebhookRefused
from bot.channels.telegram_errors import failure
from bot.channels.telegram_rendering import keyboard, pieces
from bot.channels.telegram_request import Client, Request
from bot.core.channel import SendFailure, Sent
from bot.core.errors import SetupFault
from bot.core.messages import Choice, InboundMessage, Kind, OutboundMessage, Reply
from tests.fakes.bot_api import TOKEN, FakeBotApi, User

Json = dict[str, Any]


def labels(*names: str) -> list[list[str]]:
    made = keyboard([Choice(name, f"a:{n}") for n, name in enumerate(names)])
    return [[button["text"] for button in row] for row in made["inline_keyboard"]] if made else []


def test_short_labels_stand_side_by_side_and_long_ones_alone() -> None:
    assert labels() == []
    assert labels("Có", "Không") == [["Có", "Không"]]
    assert labels("1", "2", "3", "4") == [["1", "2"], ["3", "4"]]
    assert labels("1", "2", "3", "4", "5") == [["1", "2", "3"], ["4", "5"]]
    assert labels("Học bài mới", "Báo cáo tuần", "Giúp") == [["Học bài mới", "Báo cáo tuần"], ["Giúp"]]
    assert labels("Một câu dài hơn mười bảy chữ", "Có", "Không") == [["Một câu dài hơn mười bảy chữ"], ["Có", "Không"]]
    assert sum(map(len, labels(*map(str, range(130))))) == 100


# ---- sending


def outbound(user: User | str, reply: Reply, **told: Any) -> OutboundMessage:
    chat = user if isinstance(user, str) else str(user.id)
    return OutboundMessage(id=1, channel="telegram", bot="123456", chat=chat, reply=reply, **told)


def with_bot(test: Callable[[FakeBotApi, TelegramChannel, User], Awaitable[None]], **options: Any) -> None:
    """Run the test with a stand-in, a started channel and a person who has written to the bot."""

    async def run() -> None:
        async with FakeBotApi() as api:
            channel = TelegramChannel(TOKEN, api_base_url=api.url, **options)
            await channel.start()
            hoa = api.user("Hoa")
            hoa.say("/start")
            try:
                await test(api, channel, hoa)
            finally:
                await channel.stop()

    asyncio.run(run())


YES_NO = (Choice("Có", "yes:1"), Choice("Không", "no:1"))


def test_a_reply_is_html_with_buttons() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        reply = Reply(text="Bài **1 < 2** & 3", choices=YES_NO, link="https://dichvucong.gov.vn/?a=1&b=2")
        assert await channel.send(outbound(hoa, reply)) == Sent(str(hoa.last.id))
        assert hoa.last.source.startswith("Bài <b>1 &lt; 2</b> &amp; 3\n")
        assert hoa.text == "Bài 1 < 2 & 3\nhttps://dichvucong.gov.vn/?a=1&b=2"
        assert hoa.buttons == ["Có", "Không"]
        assert not api.violations

    with_bot(test)


def test_a_long_text_goes_in_parts_and_the_last_has_the_buttons() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        text = "\n\n".join(["Đồng chí 😀 hướng dẫn bà con " * 20] * 20)
        assert await channel.send(outbound(hoa, Reply(text=text, choices=YES_NO))) == Sent(str(hoa.last.id))
        parts = [m for m in hoa.chat.messages.values() if m.by_bot]
        assert len(parts) > 2
        assert [bool(m.buttons) for m in parts] == [False] * (len(parts) - 1) + [True]
        assert "".join("".join(m.text.split()) for m in parts) == "".join(text.split())
        assert not api.violations

    with_bot(test)


def test_a_text_that_failed_half_way_goes_on_where_it_stopped() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        message = outbound(hoa, Reply(text="chữ " * 3000, choices=YES_NO))
        api.fault("flood", "sendMessage", skip=1)
        api.fault("error", "sendMessage", skip=1)
        for expected in ("flood", "no_answer"):
            failed = await channel.send(message)
            assert isinstance(failed, SendFailure)
            assert failed.reason == expected
        assert isinstance(await channel.send(message), Sent)
        assert len(api.called("sendMessage")) == len(pieces(message.reply)) == 3
        assert hoa.buttons == ["Có", "Không"]

    with_bot(test)


def test_plain_text_where_telegram_cannot_read_our_html(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram.html", lambda text: f"<b>{text}")

    async def test(api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        assert isinstance(await channel.send(outbound(hoa, Reply(text="Bài **1**"))), Sent)
        assert hoa.text == "Bài 1"
        assert "parse_mode" not in api.called("sendMessage")[-1]

    with_bot(test)


def test_a_tapped_message_is_edited() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        await channel.send(outbound(hoa, Reply(text="Một", choices=YES_NO)))
        first = hoa.last.id
        edit = outbound(hoa, Reply(text="**Hai**", choices=YES_NO, edit=True), retire=str(first))
        for _ in range(2):  # the second time Telegram says it is not modified
            assert await channel.send(edit) == Sent(str(first))
        assert (hoa.last.id, hoa.text, hoa.buttons) == (first, "Hai", ["Có", "Không"])
        api.fault("drop_after", "editMessageText")
        lost = await channel.send(outbound(hoa, Reply(text="Ba", edit=True), retire=str(first)))
        assert lost == SendFailure(reason="no_answer", retryable=True)

    with_bot(test)


@pytest.mark.parametrize("retire", ["999999", "không phải số", ""])
def test_what_cannot_be_edited_is_sent(retire: str) -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        assert await channel.send(outbound(hoa, Reply(text="Hai", edit=True), retire=retire)) == Sent(str(hoa.last.id))
        assert hoa.text == "Hai"
        assert not api.violations

    with_bot(test)


def test_used_up_buttons_are_taken_away() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        await channel.send(outbound(hoa, Reply(text="Một", choices=YES_NO)))
        first = hoa.last
        for _ in range(2):  # the second time there are none: nobody minds
            await channel.send(outbound(hoa, Reply(text="Hai"), retire=str(first.id)))
            await asyncio.gather(*channel._aside)
            assert first.buttons == []
        assert not api.violations

    with_bot(test)


def test_a_picture_carries_a_short_text_and_goes_before_a_long_one() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        await channel.send(outbound(hoa, Reply(text="**Tuần** 47", picture="week", choices=YES_NO)))
        assert (hoa.last.file, hoa.text, hoa.buttons) == (b"PNG", "Tuần 47", ["Có", "Không"])
        retire = str(hoa.last.id)
        await channel.send(outbound(hoa, Reply(text="dài " * 300, picture="week", edit=True), retire=retire))
        *_, picture, text = hoa.chat.messages.values()
        assert (picture.file, picture.text, text.file) == (b"PNG", "", b"")
        await channel.send(outbound(hoa, Reply(text="không ảnh", picture="none")))
        assert (hoa.last.file, hoa.text) == (b"", "không ảnh")
        assert not api.violations

    async def picture(name: str) -> bytes:
        return {"week": b"PNG"}[name]

    with_bot(test, picture=picture)


def test_a_file_carries_a_short_text_and_goes_after_a_long_one() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        await channel.send(outbound(hoa, Reply(text="**3** phiếu", file="book", file_name="a.xlsx", choices=YES_NO)))
        assert (hoa.last.file, hoa.text, hoa.buttons) == (b"XLSX", "3 phiếu", ["Có", "Không"])
        await channel.send(outbound(hoa, Reply(text="dài " * 300, file="book", file_name="a.xlsx", picture="week")))
        *_, picture, text, file = hoa.chat.messages.values()
        assert (picture.file, text.file, file.file, file.text) == (b"PNG", b"", b"XLSX", "")
        await channel.send(outbound(hoa, Reply(text="không tệp", file="none", file_name="a.xlsx")))
        assert (hoa.last.file, hoa.text) == (b"", "không tệp")
        assert not api.violations

    async def picture(name: str) -> bytes:
        return {"week": b"PNG", "book": b"XLSX"}[name]

    with_bot(test, picture=picture)


FAULT_CASES: dict[str, tuple[Json, SendFailure]] = {
    "429": (
        {"kind": "flood", "retry_after": 7},
        SendFailure(reason="flood", retryable=True, retry_after=timedelta(seconds=7)),
    ),
    "429 without a time": (
        {"kind": "error", "code": 429},
        SendFailure(reason="flood", retryable=True, retry_after=timedelta(seconds=5)),
    ),
    "403": ({"kind": "blocked"}, SendFailure(reason="unreachable", unreachable=True)),
    "no such peer": (
        {"kind": "error", "code": 400, "description": "Bad Request: PEER_ID_INVALID"},
        SendFailure(reason="unreachable", unreachable=True),
    ),
    "400": (
        {"kind": "error", "code": 400, "description": "Bad Request: BUTTON_DATA_INVALID"},
        SendFailure(reason="refused"),
    ),
    "401": (
        {"kind": "error", "code": 401, "description": "Unauthorized"},
        SendFailure(reason="token", retryable=True),
    ),
    "404": ({"kind": "error", "code": 404, "description": "Not Found"}, SendFailure(reason="token", retryable=True)),
    "500": ({"kind": "error"}, SendFailure(reason="no_answer", retryable=True, maybe_sent=True)),
    "a gateway's page": ({"kind": "html502"}, SendFailure(reason="no_answer", retryable=True, maybe_sent=True)),
    "half an answer": ({"kind": "truncated"}, SendFailure(reason="no_answer", retryable=True, maybe_sent=True)),
    "cut before": ({"kind": "drop"}, SendFailure(reason="no_answer", retryable=True, maybe_sent=True)),
    "cut after": ({"kind": "drop_after"}, SendFailure(reason="no_answer", retryable=True, maybe_sent=True)),
    "no answer in time": ({"kind": "hang"}, SendFailure(reason="no_answer", retryable=True, maybe_sent=True)),
}


@pytest.mark.parametrize("label", FAULT_CASES)
@pytest.mark.fault(
    "Telegram: 429, 500, HTML 502, half an answer, a cut connection, a time-out",
    "a stand-in of the Bot API over HTTP",
)
def test_a_failure_is_a_value(label: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    fault, expected = FAULT_CASES[label]
    caplog.set_level(logging.INFO)

    async def test(api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        if fault["kind"] == "hang":
            monkeypatch.setattr(telegram_request, "READ_SECONDS", 0.05)
            monkeypatch.setattr(telegram_request, "CONNECT_SECONDS", 0.05)
        api.fault(method="sendMessage", **fault)
        assert await channel.send(outbound(hoa, Reply(text="chào"))) == expected
        assert isinstance(await channel.send(outbound(hoa, Reply(text="lại"))), Sent)
        assert hoa.text == "lại"

    with_bot(test)
    assert TOKEN not in caplog.text


def test_an_unknown_chat_is_unreachable() -> None:
    async def test(_api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        gone = SendFailure(reason="unreachable", unreachable=True)
        assert await channel.send(outbound("31337", Reply(text="a"))) == gone
        hoa.block()
        assert await channel.send(outbound(hoa, Reply(text="a"))) == gone
        assert failure(ChatMigrated(-5)) == gone

    with_bot(test)


def test_a_proxy_out_of_reach_sends_nothing() -> None:
    async def run() -> None:
        async with FakeBotApi() as api:
            dead = api.url
        channel = TelegramChannel(TOKEN, api_base_url="http://bot.test", proxy=dead)
        await channel._client.open()
        lost = await channel.send(outbound("1", Reply(text="a")))
        assert lost == SendFailure(reason="no_connection", retryable=True)
        await channel.stop()

    asyncio.run(run())
    with pytest.raises(SetupFault):
        TelegramChannel(TOKEN, proxy="socks5://127.0.0.1:1080")


def test_a_text_that_is_no_unicode_is_refused() -> None:
    async def test(_api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        bad = await channel.send(outbound(hoa, Reply(text="a", choices=(Choice("\ud83d", "a:1"),))))
        assert bad == SendFailure(reason="refused")

    with_bot(test)


def test_an_answer_the_library_cannot_read_may_have_been_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        monkeypatch.setattr(api, "_wire", lambda *_: {"date": 1})
        odd = await channel.send(outbound(hoa, Reply(text="a")))
        assert odd == SendFailure(reason="no_answer", retryable=True, maybe_sent=True)

    with_bot(test)


# ---- life


@pytest.mark.fault("Telegram is away at the start", "getMe fails in five ways")
def test_start_waits_until_telegram_is_there(caplog: pytest.LogCaptureFixture) -> None:
    pauses: list[float] = []

    async def run() -> None:
        async def sleep(seconds: float) -> None:
            pauses.append(seconds)

        async with FakeBotApi() as api:
            for fault in ("error", "html502", "drop", "flood", "truncated"):
                api.fault(fault, "getMe", retry_after=9)
            channel = TelegramChannel(TOKEN, api_base_url=api.url + "/", sleep=sleep)
            assert channel.bot_id == "123456"
            await channel.start()
            assert (channel.bot_id, channel.username) == ("123456", "tung_ngo_bot")
            await channel.stop()
            await channel.stop()

    asyncio.run(run())
    assert pauses == [1, 2, 4, 9, 18]
    assert len(caplog.records) == 4
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("code", [401, 404])
def test_a_bad_token_is_told_without_the_token(code: int) -> None:
    async def run() -> None:
        async with FakeBotApi() as api:
            channel = TelegramChannel(TOKEN, api_base_url=api.url)
            api.fault("error", "getMe", code=code, description="Unauthorized")
            with pytest.raises(BadToken, match="bot 123456") as caught:
                await channel.start()
            assert TOKEN not in repr(caught.value) + repr(channel._client)
            await channel.stop()

    asyncio.run(run())


def test_commands_are_told_in_every_language() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, _hoa: User) -> None:
        menu = {"vi": [("baocao", "Báo cáo")], "en": [("baocao", "Report")]}
        assert await channel.set_commands(menu)
        assert {code: [c["description"] for c in commands] for code, commands in api.commands.items()} == {
            "": ["Báo cáo"],
            "vi": ["Báo cáo"],
            "en": ["Report"],
        }
        api.fault("error", "setMyCommands")
        assert not await channel.set_commands(menu)
        assert not api.violations

    with_bot(test)


def test_a_webhook_is_set_and_taps_are_answered_in_it() -> None:
    async def test(api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        await channel.set_webhook("https://bot.test/telegram", "bi-mat")
        assert api.webhook["secret_token"] == "bi-mat"
        assert api.webhook["max_connections"] == 40
        assert api.webhook["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]
        await channel.send(outbound(hoa, Reply(text="Một", choices=YES_NO)))
        hoa.tap("Có")
        seen: list[InboundMessage] = []

        async def post(update: Json) -> Json | None:
            inbound = channel.read(update)
            assert inbound
            seen.append(inbound)
            return dict(answer) if (answer := channel.webhook_answer(inbound)) else None

        await api.deliver(post)
        assert [m.kind for m in seen] == [Kind.TEXT, Kind.TAP]
        assert list(api.callbacks.values()) == [{"callback_query_id": seen[1].callback}]
        await channel.answer_callback(seen[1].callback)  # too late: nobody minds
        api.fault("error", "setWebhook", code=400, description="Bad Request: bad webhook: HTTPS url must be provided")
        with pytest.raises(WebhookRefused, match="HTTPS url must be provided"):
            await channel.set_webhook("http://bot.test", "bi-mat")
        assert not api.violations

    with_bot(test)


def test_stop_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram.FAREWELL_SECONDS", 0.01)

    async def test(api: FakeBotApi, channel: TelegramChannel, hoa: User) -> None:
        api.fault("hang", "editMessageReplyMarkup")
        await channel.send(outbound(hoa, Reply(text="Hai"), retire="1"))
        await channel.stop()
        assert not channel._aside

    with_bot(test)


def test_files_are_fetched_through_the_same_server() -> None:
    client = Client(TOKEN, api_base_url="http://bot.test/")
    assert client.base_url == f"http://bot.test/bot{TOKEN}"
    assert client.base_file_url == f"http://bot.test/file/bot{TOKEN}"
    assert Request("http://bot.test").read_timeout == telegram_request.READ_SECONDS


def test_no_error_tells_the_address() -> None:
    async def run() -> None:
        async with FakeBotApi() as api:
            client = await Client(TOKEN, api_base_url=api.url).open()
            for fault in ("drop", "truncated", "html502", "error"):
                api.fault(fault, "getMe")
                with pytest.raises(TelegramError) as caught:
                    await client.get_me()
                chain: BaseException | None = caught.value
                while chain:
                    assert TOKEN not in repr(chain) + str(chain)
                    chain = chain.__cause__ or chain.__context__
            await client.close_sessions()

    asyncio.run(run())
