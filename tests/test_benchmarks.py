"""What the benchmarks say is true of what they were given: a small bot stands in for the peers."""

import asyncio
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import __main__ as everything
from benchmarks import page
from benchmarks.graphs import draw, marks
from benchmarks.peers import plan
from benchmarks.peers.plan import Found
from benchmarks.peers.rig import crash, load, processes, rest, stage
from benchmarks.peers.rig.bot_api import TOKEN, BotApi, read_parameters
from benchmarks.peers.rig.bots import BOTS, OURS, POSTGRES, Bot
from benchmarks.peers.rig.crash import Crashed
from benchmarks.peers.rig.load import Measured, quantile
from benchmarks.peers.rig.processes import Memory
from benchmarks.peers.rig.profile import shares
from benchmarks.peers.rig.quota import NotLimited, limited
from benchmarks.peers.rig.scenario import STEPS, typed
from benchmarks.peers.rig.seed import seed
from benchmarks.peers.rig.stage import Places
from benchmarks.peers.rig.volunteers import FIRST_CHAT, Crowd
from benchmarks.peers.verdict import REASONS, reasons, section
from benchmarks.results import Graph, Section, Series, Table, Target, save, sections

SMALL = Bot("small", "A small bot", "small", "tests.fakes.small_bot")
FORGETFUL = Bot("forgetful", "A forgetful bot", "forgetful", "tests.fakes.forgetful_bot")
HERE = Places(Path(), Path(sys.executable))
CALL = f"/bot{TOKEN}/"
EMPTY_BUTTON = {"inline_keyboard": [[{"text": "a", "callback_data": ""}]]}


def test_the_program_and_the_rig_understand_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "CHATS", 100)
    seed(tmp_path, bot=TOKEN.partition(":")[0], first=FIRST_CHAT, count=load.CHATS)
    there = Places(tmp_path, Path(sys.executable))
    measured = plan.run(load.sweep(BOTS[OURS], there, {2: 0.5}, warm=0))
    assert [each.load for each in measured] == [2]
    assert measured[0].updates > 0
    assert measured[0].cpu > 0


def test_a_small_bot_is_measured_at_several_loads() -> None:
    one, three = sorted(plan.run(load.sweep(SMALL, HERE, {1: 0.4, 3: 0.4}, warm=0.2)), key=lambda each: each.load)
    assert (one.load, three.load) == (1, 3)
    assert [one.calls, three.calls] == pytest.approx([1, 1], abs=0.3)
    assert 0 < one.p50 <= one.p99


def test_at_a_rate_updates_come_as_often_and_the_platforms_time_is_waited_for() -> None:
    measured = plan.run(load.at_rate(SMALL, HERE, 50, delay=0.001, people=5, seconds=0.6, warm=0))
    assert measured.load == 50
    assert 10 < measured.updates < 90


def test_what_a_crash_costs_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crash, "RUN_SECONDS", 0.2)
    monkeypatch.setattr(crash, "WAIT_SECONDS", 0.5)
    kept = plan.run(crash.crash(SMALL, HERE, 3))
    assert (kept.open, kept.lost, kept.doubled) == (3, 0, 0)
    assert (kept.back or 0) > 0
    lost = plan.run(crash.crash(FORGETFUL, HERE, 3))
    assert lost.lost > 0


def test_memory_and_start_of_a_small_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("IDLE_SECONDS", 0), ("ASIDE_SECONDS", 0), ("AT_ONCE", 2)):
        monkeypatch.setattr(rest, name, value)
    idle = plan.run(rest.resting(SMALL, HERE))
    assert 1_000 < idle.pss <= idle.rss < 200_000
    assert abs(plan.run(rest.open_chats(SMALL, HERE, first=2, chats=4))) < 100_000
    assert 0 < plan.run(rest.cold(SMALL, HERE)) < 30


def test_a_wrong_answer_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    other = (*STEPS[:2], replace(STEPS[2], want="something else"), *STEPS[3:])
    monkeypatch.setattr(load, "Crowd", lambda chats: Crowd(chats=chats, steps=other))
    with pytest.raises(stage.Wrong, match="another answer"):
        plan.run(load.sweep(SMALL, HERE, {1: 0.1}, warm=0))


def test_a_process_is_kept_to_a_part_of_a_core() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        try:
            with limited([busy.pid], 0.2):
                before, began = processes.cpu(busy.pid), time.perf_counter()
                plan.run(asyncio.sleep(0.5))
                share = (processes.cpu(busy.pid) - before) / (time.perf_counter() - began)
        except NotLimited as error:
            pytest.skip(f"no control groups here: {error}")
        finally:
            busy.kill()
    assert share < 0.4


def test_a_part_that_hangs_is_ended_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(everything, "LIMIT", 0.3)
    monkeypatch.setattr(everything, "PARTS", {"reports": [], "none": []})
    monkeypatch.setattr(page, "write", lambda: "the page")
    with pytest.raises(SystemExit, match=r"Not finished.* reports \(ended after 0 minutes\), none \(exit code 1\)"):
        everything.main([])
    assert "the page" in capsys.readouterr().out


def test_an_unknown_part_is_one_line() -> None:
    with pytest.raises(SystemExit, match="There is no part x, --y; the parts are: peers, scale, "):
        everything.main(["x", "--y"])


def test_no_two_reports_of_a_chat_are_alike() -> None:
    said = {(typed(STEPS[4], number), typed(STEPS[5], number)) for number in range(9000)}
    assert len(said) == 9000
    assert all(int(households) <= int(people) for households, people in said)


@pytest.mark.parametrize(
    ("method", "parameters", "words"),
    [
        ("sendMessage", {"chat_id": 1, "text": ""}, "empty"),
        ("sendMessage", {"chat_id": 1, "text": "a" * 4097}, "too long"),
        ("editMessageText", {"chat_id": 1, "message_id": 9, "text": "a"}, "not found"),
        ("sendMessage", {"chat_id": 1, "text": "a", "reply_markup": EMPTY_BUTTON}, "BUTTON_DATA_INVALID"),
        ("sendPigeon", {}, "no such method"),
        ("answerCallbackQuery", {}, "callback_query_id"),
    ],
)  # fmt: skip
def test_the_bot_api_refuses_what_the_real_one_would(method: str, parameters: dict[str, object], words: str) -> None:
    api = BotApi(lambda *_: None)
    status, body = api.call(CALL + method, parameters)
    assert status == 400
    assert words in body.decode()
    assert api.refused.total() == 1
    assert api.call("/botother/getMe", {})[0] == 400


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"application/json", b'{"chat_id": "5", "text": "a b"}'),
        (b"application/x-www-form-urlencoded", b"chat_id=5&text=a+b"),
        (
            b"multipart/form-data; boundary=x",
            (
                b'--x\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n5\r\n'
                b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\na b\r\n--x--\r\n'
            ),
        ),
    ],
)
def test_parameters_are_read_however_a_library_writes_them(kind: bytes, body: bytes) -> None:
    assert read_parameters(kind, body) == {"chat_id": "5", "text": "a b"}


def test_quantiles_and_shares() -> None:
    assert quantile([3, 1, 2, 4], 0.99) == 4
    assert quantile([3, 1, 2, 4], 0.5) == 3
    found = shares({"a": 1.0, "b": 3.0, "c": 0.001})
    assert [part for part, _ in found] == ["b", "a", "other"]
    assert [share for _, share in found] == pytest.approx([0.75, 0.25, 0], abs=0.001)


def _measured(bot: str, at: float, updates: float, milliseconds: float) -> Measured:
    return Measured(
        bot=bot, load=at, updates=updates, reports=updates / 12, p50=milliseconds, p99=2 * milliseconds,
        cpu=1000 / updates, bot_busy=1, rig_busy=0.3, calls=1,
    )  # fmt: skip


def _found(ours: float, seconds: tuple[float, float] = (190.0, 180.0)) -> Found:
    found = Found()
    for name, updates in ((OURS, ours), (POSTGRES, 120.0), ("aiogram", 100.0), ("ptb", 80.0), ("telebot", 300.0)):
        for at in plan.LOADS:
            found.loads[name, at] = [_measured(name, at, updates * times, 10) for times in (1, 1.5, 0.5)]
        found.rates[name] = [_measured(name, 200, 200, 2.0 if name == OURS else 50.0)]
        found.colds[name] = [1.0, 1.2]
        found.rests[name] = Memory(50_000 if name == OURS else 150_000, 40_000)
    found.chats = {OURS: 0.05, "aiogram": 0.7}
    found.webs = {1: [_measured("web-1", 40, 100, 9)] * 2, 2: [_measured("web-2", 40, second, 9) for second in seconds]}
    found.crashes = [
        Crashed(bot=OURS, open=40, again=0, lost=0, doubled=0, missing=0, repeated=3, back=1.5),
        Crashed(bot="aiogram", open=40, again=40, lost=40, doubled=0, missing=0, repeated=0, back=None),
    ]
    found.profile = [("sqlalchemy", 0.5), ("other", 0.5)]
    found.imports = [("sqlalchemy", 0.3, 20.0), *((f"p{number}", 0.01, 1.0) for number in range(20))]
    return found


def test_targets_are_judged_by_the_median_of_the_rounds_ratios() -> None:
    reached = {each.what: each for each in section(_found(310)).targets}
    short = "Updates/s on PostgreSQL ÷ SQLite, one process, {} in flight".format
    assert {what: each.hit for what, each in reached.items() if not each.hit} == {
        "Updates/s at 40 in flight ÷ grammY, the aim": None,
        short(40): False,
        short(1): False,
    }
    assert reached[short(1)].found == "0.39 (0.39–0.39)"
    missed = {each.what: each for each in section(_found(140)).targets}
    assert missed["Updates/s at 40 in flight ÷ aiogram"] == Target(
        what="Updates/s at 40 in flight ÷ aiogram", target="≥ 1.5", found="1.40 (1.40–1.40)", hit=False
    )
    assert missed["CPU an update ÷ aiogram"].hit is False


def test_what_was_missed_is_explained_and_nothing_else() -> None:
    for hit, many in ((True, 0), (None, 0), (False, 1)):
        assert len(list(reasons([Target(what="Memory at rest ÷ x", target="≤ 0.5", found="", hit=hit)]))) == many
    assert set(REASONS) <= {words for words in REASONS for each in section(_found(310)).targets if words in each.what}


def test_two_web_processes_are_faster_than_one_in_every_round_or_it_is_not_said() -> None:
    def row(found: Found) -> Target:
        return next(each for each in section(found).targets if "two web processes" in each.what)

    assert (row(_found(310)).found, row(_found(310)).hit) == ("1.85 (1.80–1.90)", True)
    assert row(_found(310, (190.0, 99.0))).hit is False
    found = _found(310)
    found.webs, found.not_limited = {}, "read-only"
    assert row(found).hit is None
    assert any("no control groups here (read-only)" in note for note in section(found).notes)


def test_the_page_shows_targets_tables_graphs_and_where_they_were_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.results.FOLDER", tmp_path / "page")
    monkeypatch.setattr("benchmarks.results.commit", lambda: "abc1234")
    save(section(_found(140)))
    save(Section(name="first", order=1, title="First", text="Words.", notes=("Why.",)))
    assert "| Updates/s at 40 in flight ÷ aiogram | ≥ 1.5 | 1.40" in page.write(tmp_path / "page.md")
    text = (tmp_path / "page.md").read_text("utf-8")
    assert text.index("## First") < text.index("Why.") < text.index("## Beside what people write instead")
    assert "| **no** |" in text
    assert "| not measured here |" in text
    assert text.count("Commit abc1234, ") == 2
    pictures = {path.name for path in (tmp_path / "page").glob("*.svg")}
    assert pictures == {"peers-cpu.svg", "peers-updates.svg", "peers-p99.svg"}
    assert all(f"](page/{name})" in text.replace("benchmarks/", "page/") for name in pictures)
    assert next(iter(sections(tmp_path / "page"))).notes == ("Why.",)


def test_tables_are_markdown() -> None:
    table = Table(head=("a", "b"), rows=(("1", "2"),), caption="Said:")
    assert list(page.lines(table)) == ["Said:", "", "| a | b |", "|---|---|", "| 1 | 2 |", ""]


def test_a_graph_holds_its_lines_and_round_marks() -> None:
    lines = (Series(name="A & B", points=((1, 2), (200, 90))), Series(name="C", points=((1, 0.5), (200, 30))))
    picture = draw(Graph(name="g", title="T", x="x", y="y", series=lines, log_x=True, log_y=True))
    assert picture.count('stroke-width="3.5"') == 2  # the line and its sample beside the name
    assert "A &amp; B" in picture
    assert marks([1, 200], log=True) == [1, 2, 5, 10, 20, 50, 100, 200]
    assert marks([1000, 10**6], log=True, room=300) == [1000, 10**4, 10**5, 10**6]
    assert marks([0.3, 9], log=False) == [0, 2, 4, 6, 8, 10]
