"""A lesson as its editor sees it: every card, as Telegram, Zalo and the chat page show it."""

import asyncio
from pathlib import Path

import httpx
import pytest

from bot.app import Program
from bot.commands import content, preview
from bot.core.errors import SetupFault
from bot.web.preview import Preview, build


def test_every_card_is_shown_whoever_the_lesson_is_for(program: Program) -> None:
    for name in (track.lessons[0] for track in program.library.tracks.values()):
        lesson = program.library.lessons[name]
        texts = [card.reply.text for card in preview.cards(program, name)]
        for step in lesson.steps:
            assert any(step.text in text for text in texts), name
            assert any(step.fallback in text for text in texts), name
        for item in lesson.quiz:
            assert any(item.question in text for text in texts), name
            assert any(item.explanation in text for text in texts), name
        assert f"{len(lesson.quiz)}" in texts[-1]


def test_the_terminal_shows_both_ways(program: Program) -> None:
    shown = preview.for_terminal(preview.cards(program, "L7"))
    assert "── Telegram" in shown
    assert "[Xong]  [Chưa được]" in shown
    assert "── Zalo" in shown
    assert "1. Xong\n2. Chưa được" in shown
    assert f"[hình: {program.library.lessons['L7'].picture_alt}]" in shown


def test_the_page_shows_them_and_their_picture(program: Program) -> None:
    shown = Preview(messages=lambda: content.messages(program, "L7"), picture=program.media_bytes, faults="x.md:3")

    async def visit() -> tuple[httpx.Response, ...]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=build(shown)), base_url="http://test") as http:
            page, cards = await http.get("/"), await http.get("/cards")
            script = await http.get("/static/preview.js")
            picture = await http.get(cards.json()["messages"][0]["picture"])
            return page, cards, script, picture, await http.get("/media/none")

    page, cards, script, picture, none = asyncio.run(visit())
    assert "/static/preview.js" in page.text
    assert page.headers["content-security-policy"]
    assert cards.json()["faults"] == "x.md:3"
    assert len(cards.json()["messages"]) == len(preview.cards(program, "L7"))
    assert "createView" in script.text
    assert picture.content.startswith(b"\x89PNG")
    assert none.status_code == 404


def test_a_lesson_that_is_gone_leaves_an_empty_page(program: Program) -> None:
    assert content.messages(program, "no-such") == []


def test_an_open_page_hears_of_every_save(program: Program) -> None:
    shown = Preview(messages=list, picture=program.media_bytes)

    async def listen() -> list[bytes]:
        stream = shown.stream()
        heard = [await anext(stream)]
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        shown.changed("fault")
        heard.append(await waiting)
        shown.close()
        return [*heard, *[line async for line in stream]]

    heard = asyncio.run(listen())
    assert heard[0].startswith(b"retry")
    assert heard[1].startswith(b"event: changed")
    assert shown.faults == "fault"


def test_an_unknown_lesson_is_said(monkeypatch: pytest.MonkeyPatch, program: Program) -> None:
    monkeypatch.setattr(preview, "program", lambda *_: _Once(program))
    with pytest.raises(SetupFault, match="There is no lesson L99"):
        content.preview("L99", web=False)


class _Once:
    def __init__(self, program: Program) -> None:
        self._program = program

    def __enter__(self) -> Program:
        return self._program

    def __exit__(self, *_: object) -> None:
        """The fixture closes it."""


def test_the_command_writes_the_text_for_the_loudspeaker(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert content.script("L8", None) == 0
    said = capsys.readouterr()
    assert "gọi một năm sáu" in said.out
    assert "giây" in said.err
    assert content.script("F003-37", None) == 1
    assert "qua hạn" in capsys.readouterr().err
    file = tmp_path / "loa.txt"
    assert content.script("L8", file) == 0
    assert "gọi một năm sáu" in file.read_text("utf-8")
