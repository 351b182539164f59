"""What Zalo's events say: captured shapes, each with its label, and what we make of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.zalo import UnreadableUpdate, read_update
from bot.core.messages import InboundMessage, Kind

Json = dict[str, Any]
BOT = "1900000000000000001"
HOA: Json = {"id": "a1c0ffee00112233aabb", "is_bot": False, "display_name": "Nguyễn Thị Hoa"}
PRIVATE: Json = {"chat_type": "PRIVATE", "id": "a1c0ffee00112233aabb"}
GROUP: Json = {"chat_type": "GROUP", "id": "b2d0c0de00112233ccdd"}
AT = 1_795_312_800_123  # milliseconds
WHEN = datetime(2026, 11, 22, 2, 0, 0, 123_000, tzinfo=UTC)


def event(kind: str = "text", chat: Any = PRIVATE, sender: Any = HOA, **content: Any) -> Json:
    head = {"date": AT, "chat": chat, "message_id": "2d758cb5e222177a0001", "from": sender}
    return {"event_name": f"message.{kind}.received", "message": {**head, **content}}


def said(**told: Any) -> InboundMessage:
    usual: Json = {
        "chat": "a1c0ffee00112233aabb",
        "external_id": "2d758cb5e222177a0001",
        "message_ref": "2d758cb5e222177a0001",
        "sent_at": WHEN,
        "sender_name": "Nguyễn Thị Hoa",
    }
    return InboundMessage(channel="zalo", bot=BOT, **(usual | told))


def in_group(text: str, **told: Any) -> InboundMessage:
    return said(chat="b2d0c0de00112233ccdd", group=True, text=text, **told)


MEDIA = {"kind": Kind.MEDIA}
PHOTO: Json = {"caption": "Ảnh buổi hướng dẫn", "message_type": "CHAT_PHOTO"}
CASES: dict[str, tuple[Any, InboundMessage | None]] = {
    "text": (event(text="Bắt đầu"), said(text="Bắt đầu")),
    "text, other order and no is_bot": (
        {
            "event_name": "message.text.received",
            "message": {
                "from": {"id": "a1c0ffee00112233aabb", "display_name": "Nguyễn Thị Hoa"},
                "chat": {"id": "a1c0ffee00112233aabb", "chat_type": "PRIVATE"},
                "text": "Bắt đầu",
                "message_id": "2d758cb5e222177a0001",
                "date": AT,
            },
        },
        said(text="Bắt đầu"),
    ),
    "text without date and name": (
        event(sender={"id": "a1c0ffee00112233aabb"}, date=None, text="a"),
        said(text="a", sent_at=None, sender_name=""),
    ),
    "ids as numbers": (
        event(sender={**HOA, "id": 7}, chat={"chat_type": "PRIVATE", "id": 7}, message_id=8, text="a"),
        said(chat="7", external_id="8", message_ref="8", text="a"),
    ),
    "photo as on the wire": (
        event("image", photo_url="https://a.vn/1.jpg", **PHOTO),
        said(**MEDIA, text=PHOTO["caption"]),
    ),
    "photo as in the docs": (event("image", photo="https://a.vn/1.jpg", **PHOTO), said(**MEDIA, text=PHOTO["caption"])),
    "photo without caption": (event("image", photo_url="https://a.vn/1.jpg", caption=None), said(**MEDIA)),
    "sticker": (event("sticker", sticker="0e078a2fb66a5f340001", url="https://a.vn/?eid=1"), said(**MEDIA)),
    "voice": (event("voice", voice_url="https://a.vn/5.aac", message_type="CHAT_VOICE"), said(**MEDIA)),
    "unsupported": (event("unsupported"), said(**MEDIA)),
    "unsupported in a group": (event("unsupported", GROUP), None),
    "group, full name": (event(chat=GROUP, text="@Bot Số Hoá báo cáo"), in_group("báo cáo")),
    "group, account name": (event(chat=GROUP, text="@bot.ThuNghiem  báo cáo\nthôn 3"), in_group("báo cáo\nthôn 3")),
    "group, account name with marks": (event(chat=GROUP, text="@Bot Thử Nghiệm báo cáo"), in_group("báo cáo")),
    "group, another name": (event(chat=GROUP, text="@Bot báo cáo"), in_group("báo cáo")),
    "group, nothing but our name": (event(chat=GROUP, text="@Bot Số Hoá"), in_group("")),
    "group, nothing but a mention": (event(chat=GROUP, text="@"), in_group("")),
    "group, our name later": (event(chat=GROUP, text="báo cáo @Bot Số Hoá"), in_group("báo cáo @Bot Số Hoá")),
    "group, photo": (event("image", GROUP, photo="https://a.vn/1.jpg"), in_group("", **MEDIA)),
    "private, an address": (event(text="@Bot Số Hoá báo cáo"), said(text="@Bot Số Hoá báo cáo")),
    "another bot": (event(chat=GROUP, sender={**HOA, "is_bot": True}, text="a"), None),
    "ourselves": (event(sender={**HOA, "id": BOT}, text="a"), None),
    "something new": ({"event_name": "user.followed", "follower": {"id": "1"}}, None),
    "a new kind of message": (event("poll", question="?"), None),
    "the verification, no body": (b"", None),
    "the verification, empty object": ({}, None),
    "no body": (None, None),
}


@pytest.mark.parametrize("label", CASES)
def test_an_event_says(label: str) -> None:
    body, expected = CASES[label]
    names = ("Bot Số Hoá", "bot.ThuNghiem", "")
    assert read_update(body, BOT, names) == expected
    assert read_update({"ok": True, "result": body}, BOT, names) == expected


def test_a_time_is_aware_and_exact() -> None:
    read = read_update(event(text="a"), BOT)
    assert read
    assert read.sent_at == WHEN
    assert WHEN.utcoffset() == timedelta(0)


UNREADABLE: dict[str, tuple[Any, str]] = {
    "no object": ([1], ""),
    "words": ("chào", ""),
    "no event name": ({"message": {"message_id": "m5"}}, "m5"),
    "no message": ({"event_name": "message.text.received"}, ""),
    "text without text": (event(message_id="m5"), "m5"),
    "text is no text": (event(message_id="m5", text=[1]), "m5"),
    "no chat": (event(chat=None, message_id="m5", text="a"), "m5"),
    "chat without id": (event(message_id="m5", chat={"chat_type": "PRIVATE"}, text="a"), "m5"),
    "empty id": (event(message_id="", text="a"), ""),
    "id is no id": (event(message_id=True, text="a"), ""),
    "sender is no object": (event(message_id="m5", sender="x", text="a"), "m5"),
    "date is no number": (event(message_id="m5", date="hôm nay", text="a"), "m5"),
    "date beyond the calendar": (event(message_id="m5", date=10**18, text="a"), "m5"),
}


@pytest.mark.parametrize("label", UNREADABLE)
def test_an_unreadable_event_is_told_by_its_id(label: str) -> None:
    body, message_id = UNREADABLE[label]
    for wire in (body, {"ok": True, "result": body}):
        with pytest.raises(UnreadableUpdate) as caught:
            read_update(wire, BOT)
        assert caught.value.message_id == message_id
        assert caught.value.__context__ is None
