"""The chat page in a real Chromium, against a scripted server."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.web.application import POLICY

from .screen import CONTRASTS, choices, choose, field, heard, said, say
from .stub_server import Stub

FAILED_REQUEST = "Failed to load resource"  # what the console says when a test takes the network away
BUSY = [503] * 999  # until the test says otherwise: page and service worker both try again


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as stub:
        yield stub


@pytest.fixture
def page(context: BrowserContext, stub: Stub) -> Iterator[Page]:
    """The page after the greeting; whatever it did, the console must have stayed clean."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(stub.url)
    expect(choices(page)).to_have_text(["1 Đồng ý", "2 Đọc kỹ hơn", "3 Không đồng ý"])
    yield page
    assert [complaint for complaint in complaints if not complaint.startswith(FAILED_REQUEST)] == []


def texts(stub: Stub) -> list[str]:
    return [message["text"] for message in stub.received if "text" in message]


def test_a_conversation_by_mouse(page: Page, stub: Stub) -> None:
    choose(page, "Đồng ý")
    expect(choices(page)).to_have_count(6)  # the used ones are gone
    expect(said(page)).to_have_text(["Đã gửi: Đồng ý"])

    field(page).fill("hạn nộp?")
    page.get_by_role("button", name="Gửi").click()
    expect(heard(page)).to_have_count(3)
    expect(choices(page)).to_have_count(0)
    expect(heard(page).last.locator("strong")).to_have_text("hạn nộp?")
    expect(heard(page).last.get_by_role("link")).to_have_attribute("href", "https://example.org/a?b=1")
    expect(heard(page).last.get_by_role("link")).to_have_attribute("rel", "noopener noreferrer")
    expect(page.locator(".bot time").last).to_have_text(re.compile(r"^(\d\d/\d\d )?09:14$"))
    assert [message.get("payload", message.get("text")) for message in stub.received] == [
        "start:",
        "consent:yes",
        "hạn nộp?",
    ]
    assert stub.received[1]["ref"] == "1"


def test_a_conversation_by_keyboard(page: Page, stub: Stub) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Tới ô gõ tin")).to_be_focused()
    page.keyboard.press("Enter")
    expect(field(page)).to_be_focused()

    expect(choices(page)).to_have_count(3)
    for _ in range(4):  # the three choices, and "More below" between them and the field
        page.keyboard.press("Shift+Tab")
    expect(choices(page).first).to_be_focused()
    page.keyboard.press("Enter")
    expect(choices(page)).to_have_count(6)
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("")

    page.keyboard.type("dòng một")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("dòng 2")
    page.keyboard.press("Enter")
    expect(said(page).last).to_contain_text("dòng một\ndòng 2", use_inner_text=True)
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("")
    expect(heard(page)).to_have_count(3)

    stub.push("📅 Còn 7 ngày.", choices=[("Xem kế hoạch", "plan:"), ("Thôi nhắc", "mute:")])
    expect(choices(page)).to_have_count(2)
    page.keyboard.press("Shift+Tab")
    expect(choices(page).last).to_be_focused()
    page.keyboard.press("Enter")
    expect(said(page).last).to_contain_text("Thôi nhắc")
    expect(field(page)).to_be_focused()


def test_a_digit_is_an_answer_where_choices_are_not_numbered(page: Page, stub: Stub) -> None:
    choose(page, "Đồng ý")
    choose(page, "Hướng dẫn được mấy hộ")
    expect(choices(page)).to_have_text(["Quay lại", "Hủy"])
    field(page).press("1")
    expect(field(page)).to_have_value("1")
    field(page).press("Enter")
    expect(said(page).last).to_contain_text("1")
    expect(page.locator(".waiting")).to_have_count(0)
    assert texts(stub) == ["1"]


def test_a_reload_shows_the_same_conversation(page: Page, stub: Stub) -> None:
    choose(page, "Đồng ý")
    expect(choices(page)).to_have_count(6)
    say(page, "xin chào")
    expect(heard(page)).to_have_count(3)
    field(page).fill("gõ dở")
    before = page.locator("#log").inner_text()

    page.reload()
    expect(heard(page)).to_have_count(3)
    assert page.locator("#log").inner_text() == before
    expect(field(page)).to_have_value("gõ dở")
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    stub.push("Tin đến sau")
    expect(heard(page)).to_have_count(4)
    assert len(stub.received) == 3


def test_offline_keeps_what_was_typed_and_sends_it_once(page: Page, context: BrowserContext, stub: Stub) -> None:
    context.set_offline(offline=True)
    say(page, "một")
    say(page, "hai")
    expect(page.locator(".waiting .mark")).to_have_text([re.compile(r"^chờ gửi · \d\d:\d\d$")] * 2)
    expect(page.get_by_role("status")).to_contain_text("Chưa có mạng. Phần vừa gõ vẫn được giữ, sẽ gửi khi có mạng.")
    assert texts(stub) == []

    context.set_offline(offline=False)
    expect(page.locator(".waiting")).to_have_count(0)
    expect(page.locator(".item")).to_have_count(5)
    expect(page.locator(".item").last).to_contain_text("hai")
    expect(page.get_by_role("status").locator("p")).to_be_hidden()
    assert texts(stub) == ["một", "hai"]
    order = page.locator(".item").evaluate_all("(items) => items.map((item) => item.className)")
    assert order == ["item bot", "item me", "item bot", "item me", "item bot"]


def test_what_was_typed_offline_outlives_a_reload(page: Page, context: BrowserContext, stub: Stub) -> None:
    stub.failures = [*BUSY]
    say(page, "chưa gửi")
    expect(page.get_by_role("status")).to_contain_text("Chưa gửi được. Phần vừa gõ vẫn được giữ, sẽ tự gửi lại.")
    context.set_offline(offline=True)
    stub.failures = []
    again = context.new_page()
    context.set_offline(offline=False)
    again.goto(stub.url)
    expect(said(again)).to_have_text(["Đã gửi: chưa gửi"])
    expect(again.locator(".waiting")).to_have_count(0)
    expect(page.locator(".waiting")).to_have_count(0)  # the first tab has followed
    expect(heard(page)).to_have_count(2)
    assert texts(stub) == ["chưa gửi"]


def test_a_busy_server_is_asked_again_with_the_same_id(page: Page, stub: Stub) -> None:
    stub.failures = [503]
    say(page, "thử lại")
    expect(heard(page)).to_have_count(2)
    assert texts(stub) == ["thử lại"]
    assert stub.posts[-1] == stub.posts[-2]


def test_an_ended_session_says_so_and_loses_nothing(page: Page, stub: Stub) -> None:
    stub.failures = [403]
    say(page, "còn đây")
    expect(page.get_by_role("status")).to_contain_text("Cuộc trò chuyện đã đóng.")
    page.get_by_role("button", name="Mở lại").click()
    expect(heard(page)).to_have_count(2)
    expect(said(page)).to_have_text(["Đã gửi: còn đây"])
    assert texts(stub) == ["còn đây"]


def test_another_conversation_does_not_show_the_old_one(page: Page, stub: Stub) -> None:
    stub.failures = [403]
    say(page, "chưa kịp gửi")
    expect(page.get_by_role("status")).to_contain_text("Cuộc trò chuyện đã đóng.")
    stub.chat = "chat-2"
    page.get_by_role("button", name="Mở lại").click()
    expect(heard(page)).to_have_count(1)
    expect(said(page)).to_have_count(0)
    expect(field(page)).to_have_value("chưa kịp gửi")
    assert texts(stub) == []


def test_a_refused_message_stays_and_does_not_block_the_next(page: Page, stub: Stub) -> None:
    stub.failures = [422]
    say(page, "không nhận")
    expect(page.locator(".me .mark")).to_have_text(re.compile(r"^Chưa gửi được · \d\d:\d\d$"))
    say(page, "sau đó")
    expect(heard(page)).to_have_count(2)
    assert texts(stub) == ["sau đó"]


def test_an_edit_replaces_its_message(page: Page, stub: Stub) -> None:
    choose(page, "Đồng ý")
    choose(page, "Đã hướng dẫn những gì")
    expect(choices(page)).to_have_count(4)
    bubbles = heard(page).count()
    choose(page, "VNeID")
    expect(heard(page).last).to_contain_text("Đã chọn: VNeID.")
    choices(page).nth(2).focus()
    page.keyboard.press("Enter")
    expect(heard(page).last).to_contain_text("Đã chọn: Thanh toán số, VNeID.")
    expect(choices(page).nth(2)).to_be_focused()
    expect(choices(page)).to_have_text(["1 ☑ VNeID", "2 ☐ Dịch vụ công", "3 ☑ Thanh toán số", "4 Xong"])
    assert heard(page).count() == bubbles
    expect(said(page)).to_have_count(2)  # ticking says nothing of its own
    assert [message["ref"] for message in stub.received[-2:]] == ["3", "4"]


def test_messages_by_stream_alone_come_once_and_in_order(page: Page, stub: Stub) -> None:
    stub.silent = True
    say(page, "qua luồng")
    expect(heard(page)).to_have_count(2)
    stub.silent = False
    say(page, "cả hai đường")
    expect(heard(page)).to_have_count(3)
    stub.push("tự đến")
    expect(heard(page)).to_have_count(4)
    order = page.locator(".item").evaluate_all("(items) => items.map((item) => item.className)")
    assert order == ["item bot", "item me", "item bot", "item me", "item bot", "item bot"]


def test_text_is_never_read_as_html(page: Page, stub: Stub) -> None:
    stub.push("<img src=x onerror=alert(1)> **<b>đậm</b>** javascript:alert(1)", link="javascript:alert(1)")
    expect(heard(page).last).to_contain_text("<img src=x onerror=alert(1)> <b>đậm</b>")
    say(page, "<script>alert(1)</script> https://lua-dao.example")
    expect(said(page).last).to_contain_text("<script>alert(1)</script>")
    assert page.locator("#log .item img, #log .item script, .me a, .bot a[href^=javascript]").count() == 0


def test_a_picture_and_a_link(page: Page, stub: Stub) -> None:
    stub.push("Tuần này", picture="/static/icon.svg", link="https://example.org/tuan.xlsx")
    expect(page.locator(".picture")).to_have_js_property("complete", value=True)
    expect(page.get_by_role("link", name="https://example.org/tuan.xlsx")).to_be_visible()
    stub.push("Hình lạ", picture="https://example.org/x.png")
    expect(heard(page)).to_have_count(3)
    expect(page.locator(".picture")).to_have_count(1)


def test_clearing_the_screen_asks_first(page: Page, stub: Stub) -> None:
    say(page, "chuyện riêng")
    expect(heard(page)).to_have_count(2)
    clear = page.get_by_role("button", name="Xóa màn hình")
    clear.click()
    page.keyboard.press("Escape")
    expect(heard(page)).to_have_count(2)
    clear.click()
    page.get_by_role("dialog").get_by_role("button", name="Xóa màn hình").click()
    expect(page.locator(".item")).to_have_count(0)
    assert "chuyện riêng" not in str(page.context.storage_state(indexed_db=True))
    page.get_by_role("button", name="Mở menu").click()
    expect(heard(page)).to_have_count(1)
    stub.push("mới")
    expect(heard(page)).to_have_count(2)  # what was cleared does not come back by the stream


def test_the_page_reads_well_in_light_and_dark(page: Page, stub: Stub) -> None:
    choose(page, "Đồng ý")
    expect(choices(page)).to_have_count(6)
    stub.failures = [422, 403]
    say(page, "xin chào https://example.org")
    expect(page.locator(".me .mark")).to_have_count(1)
    stub.push("Xem **https://example.org**", choices=[("Xong", "menu:")])
    expect(choices(page)).to_have_count(1)
    choose(page, "Xong")
    expect(page.get_by_role("button", name="Mở lại")).to_be_visible()
    page.emulate_media(reduced_motion="reduce")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        contrasts = page.evaluate(CONTRASTS)
        assert len(contrasts) > 15
        assert [(name, ratio) for name, ratio in contrasts if ratio < 7] == []
    page.get_by_role("button", name="Xóa màn hình").click()
    assert [pair for pair in page.evaluate(CONTRASTS) if pair[1] < 7] == []


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_every_size_fits_a_small_phone(page: Page, stub: Stub, steps: int) -> None:
    for _ in range(steps):
        page.get_by_role("button", name="Chữ to hơn").click()
    choose(page, "Đồng ý")
    expect(choices(page)).to_have_count(6)
    stub.push("https://example.org/" + "a" * 90 + " và " + "nghiêng" * 20, choices=[("M" * 40, "menu:")])
    expect(choices(page)).to_have_count(7)
    stub.failures = [*BUSY]
    say(page, "x" * 90)
    expect(page.get_by_role("status")).to_contain_text("sẽ tự gửi lại")
    stub.failures = []
    page.reload()
    expect(page.locator("html")).to_have_css("font-size", f"{[18, 22, 26][steps]}px")
    expect(heard(page)).to_have_count(4)
    assert page.evaluate(
        "[document.documentElement, document.querySelector('#log')].map((node) => node.scrollWidth - node.clientWidth)"
    ) == [0, 0]
    for target in page.locator("button, textarea, .about a").filter(visible=True).all():
        box = target.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 48, target


def test_reaching_the_end_moves_nothing_under_the_finger(page: Page, stub: Stub) -> None:
    page.set_viewport_size({"width": 320, "height": 568})
    choose(page, "Đồng ý")
    expect(choices(page)).to_have_count(6)
    stub.push("Một dòng.\n" * 30, choices=[("Xong", "menu:")])
    more, log = page.get_by_role("button", name="Còn phía dưới"), page.get_by_role("log")
    expect(more).to_be_visible()
    before = log.bounding_box()
    log.evaluate("(log) => { log.scrollTop = log.scrollHeight; }")
    expect(more).to_be_hidden()
    assert log.bounding_box() == before


def test_the_strict_policy_is_the_one_in_force(page: Page, stub: Stub) -> None:
    answer = page.request.get(stub.url)
    assert answer.headers["content-security-policy"] == POLICY
    inline = re.compile(r"<script(?![^>]*(src=|application/json))|<style|\sstyle=|\son\w+=", re.IGNORECASE)
    for address in ("/", "/personas"):
        assert not inline.search(page.request.get(stub.url + address).text())


def test_choosing_whom_to_be(page: Page, stub: Stub) -> None:
    say(page, "lời của bà Lan")
    expect(heard(page)).to_have_count(2)
    page.get_by_role("link", name="Đổi vai").click()
    assert [pair for pair in page.evaluate(CONTRASTS) if pair[1] < 7] == []
    page.get_by_role("button", name="Hoa – tình nguyện viên (Tổ Bản Mẫu)").click()
    expect(page.get_by_text("Đang dùng thử: hoa")).to_be_visible()
    expect(heard(page)).to_have_count(1)
    expect(said(page)).to_have_count(0)
    stub.persona = "Bà Lan"
    page.reload()
    expect(said(page)).to_have_text(["Đã gửi: lời của bà Lan"])
