"""What Telegram's updates say: captured shapes, each with its label, and what we make of them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Update

from bot.channels.telegram import UnreadableUpdate, read_update
from bot.core.messages import InboundMessage, Kind

Json = dict[str, Any]
AT = 1_795_312_800
WHEN = datetime.fromtimestamp(AT, UTC)
HOA: Json = {"id": 42, "is_bot": False, "first_name": "Hoa", "last_name": "Nguyễn", "language_code": "vi"}
US: Json = {"id": 123456, "is_bot": True, "first_name": "Từng Ngõ", "username": "tung_ngo_bot"}
PRIVATE: Json = {"id": 42, "type": "private", "first_name": "Hoa"}
GROUP: Json = {"id": -77, "type": "supergroup", "title": "Tổ công nghệ số"}
FILE = {"file_id": "f", "file_unique_id": "u"}


def message(chat: Json = PRIVATE, sender: Json = HOA, **content: Any) -> Json:
    return {"message_id": 9, "from": sender, "chat": chat, "date": AT, **content}


def member(status: str) -> Json:
    return {"user": US, "status": status, **({"until_date": 0} if status == "kicked" else {})}


def standing(old: str, new: str, chat: Json = PRIVATE) -> Json:
    change = {"old_chat_member": member(old), "new_chat_member": member(new)}
    return {"my_chat_member": {"chat": chat, "from": HOA, "date": AT, **change}}


def tap(**query: Any) -> Json:
    return {"callback_query": {"id": "c1", "from": HOA, "chat_instance": "3", "data": "day:1", **query}}


def said(**told: Any) -> InboundMessage:
    usual: Json = {"chat": "42", "message_ref": "9", "sent_at": WHEN, "sender_name": "Hoa Nguyễn", "language": "vi"}
    return InboundMessage(channel="telegram", bot="123456", external_id="700", **(usual | told))


MEDIA = {"kind": Kind.MEDIA}
CASES: dict[str, tuple[Json, InboundMessage | None]] = {
    "text": ({"message": message(text="chào")}, said(text="chào")),
    "deep link": ({"message": message(text="/start DOI7")}, said(text="/start DOI7")),
    "command of ours": (
        {"message": message(GROUP, text="/baocao@Tung_Ngo_Bot thôn 3")},
        said(text="/baocao thôn 3", chat="-77", group=True),
    ),
    "command of another bot": ({"message": message(GROUP, text="/baocao@khac_bot")}, None),
    "address, no command": ({"message": message(text="hỏi /a@b.vn")}, said(text="hỏi /a@b.vn")),
    "group": ({"message": message(GROUP, text="chào")}, said(text="chào", chat="-77", group=True)),
    "no language": ({"message": message(sender={**HOA, "language_code": None}, text="a")}, said(text="a", language="")),
    "edited": ({"edited_message": message(text="5 hộ", edit_date=AT)}, said(kind=Kind.EDIT, text="5 hộ")),
    "edited caption": ({"edited_message": message(photo=[{**FILE, "width": 1, "height": 1}], caption="b")}, None),
    "edited command of another bot": ({"edited_message": message(GROUP, text="/a@khac_bot")}, None),
    "place that moves": ({"edited_message": message(location={"latitude": 1.0, "longitude": 2.0})}, None),
    "photo": (
        {"message": message(photo=[{**FILE, "width": 1, "height": 1}], caption="ảnh")},
        said(**MEDIA, text="ảnh"),
    ),
    "sticker": (
        {
            "message": message(
                sticker={**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}
            )
        },
        said(**MEDIA),
    ),
    "voice": ({"message": message(voice={**FILE, "duration": 3})}, said(**MEDIA)),
    "document": ({"message": message(document=FILE)}, said(**MEDIA)),
    "location": ({"message": message(location={"latitude": 1.0, "longitude": 2.0})}, said(**MEDIA)),
    "contact": ({"message": message(contact={"phone_number": "1", "first_name": "A"})}, said(**MEDIA)),
    "joined": ({"message": message(GROUP, new_chat_members=[HOA])}, None),
    "another bot": ({"message": message(GROUP, sender={**US, "id": 5}, text="a")}, None),
    "edited by a bot": ({"edited_message": message(GROUP, sender=US, text="a")}, None),
    "no sender": ({"message": {"message_id": 9, "chat": GROUP, "date": AT, "text": "a"}}, None),
    "channel post": ({"channel_post": message({"id": -5, "type": "channel", "title": "T"}, text="a")}, None),
    "in a channel": ({"message": message({"id": -5, "type": "channel", "title": "T"}, text="a")}, None),
    "something new": ({"gift_of_2030": {"id": 1}}, None),
    "tap": (
        tap(message=message(sender=US, text="Ngày nào?")),
        said(kind=Kind.TAP, payload="day:1", callback="c1", sent_at=None),
    ),
    "tap on an inaccessible message": (
        tap(message={"message_id": 9, "chat": PRIVATE, "date": 0}),
        said(kind=Kind.TAP, payload="day:1", callback="c1", sent_at=None),
    ),
    "tap on no message": (tap(), said(kind=Kind.TAP, payload="day:1", callback="c1", sent_at=None, message_ref="")),
    "tap of inline mode": (tap(inline_message_id="x"), None),
    "tap on a game": (tap(data=None, game_short_name="g"), None),
    "blocked": (standing("member", "kicked"), said(kind=Kind.STOPPED, message_ref="")),
    "unblocked": (standing("kicked", "member"), said(kind=Kind.RETURNED, message_ref="")),
    "left the group": (
        standing("member", "left", GROUP),
        said(kind=Kind.STOPPED, message_ref="", chat="-77", group=True),
    ),
    "still a member": (standing("member", "member"), None),
}


@pytest.mark.parametrize("label", CASES)
def test_an_update_says(label: str) -> None:
    body, expected = CASES[label]
    update = {"update_id": 700, **body}
    assert read_update(update, "123456", "tung_ngo_bot") == expected
    seen = Update.de_json(update, None).to_dict()  # as the library understands it
    assert read_update(seen, "123456", "tung_ngo_bot") == expected


def test_a_command_keeps_its_address_while_we_do_not_know_our_name() -> None:
    read = read_update({"update_id": 1, "message": message(text="/a@khac_bot")}, "1")
    assert read
    assert read.text == "/a@khac_bot"


UNREADABLE: dict[str, tuple[Any, int | None]] = {
    "no object": ([1], None),
    "no id": ({"message": {}}, None),
    "id is no number": ({"update_id": "1"}, None),
    "message without chat": ({"update_id": 5, "message": {"message_id": 1, "date": AT}}, 5),
    "text is no text": ({"update_id": 5, "message": message(text=[1])}, 5),
    "tap without sender": ({"update_id": 5, "callback_query": {"id": "1", "chat_instance": "1"}}, 5),
}


@pytest.mark.parametrize("label", UNREADABLE)
def test_an_unreadable_update_is_told_by_its_id(label: str) -> None:
    body, update_id = UNREADABLE[label]
    with pytest.raises(UnreadableUpdate) as caught:
        read_update(body, "123456")
    assert caught.value.update_id == update_id
    assert caught.value.__context__ is None
