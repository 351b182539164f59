"""A server with a scripted conversation, to develop and test the page alone: `python -m tests.web.stub_server`."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.web.application import SafeHeaders
from bot.web.rendering import STATIC, Frozen, Renderer
from bot.web.shell import shell_routes
from bot.words import Words

Message = dict[str, Any]

CSRF = "stub-token"
COMMUNE = "Xã Bản Mẫu (dữ liệu mẫu)"
STARTED = "2026-11-22T09:14:00+07:00"

VIETNAMESE = {
    "Change role": "Đổi vai",
    "Clear the screen": "Xóa màn hình",
    "Clear the screen?": "Xóa màn hình?",
    "Conversation": "Cuộc trò chuyện",
    "Could not be sent": "Chưa gửi được",
    "Everything here is made up. Choose a person and talk to Từng Ngõ the way they would.": (
        "Mọi thứ ở đây đều là dữ liệu mẫu. Chọn một người rồi trò chuyện với Từng Ngõ như người ấy."
    ),
    "Keep it": "Giữ lại",
    "Larger text": "Chữ to hơn",
    "More below": "Còn phía dưới",
    "No network. What you typed is kept and will be sent when there is network.": (
        "Chưa có mạng. Phần vừa gõ vẫn được giữ, sẽ gửi khi có mạng."
    ),
    "Not sent yet. What you typed is kept and will be sent again by itself.": (
        "Chưa gửi được. Phần vừa gõ vẫn được giữ, sẽ tự gửi lại."
    ),
    "Open again": "Mở lại",
    "Open the menu": "Mở menu",
    "Opening the chat…": "Đang mở cuộc trò chuyện…",
    "Picture for the message above": "Hình đi kèm tin nhắn trên",
    "Send": "Gửi",
    "Skip to the message box": "Tới ô gõ tin",
    "Smaller text": "Chữ nhỏ hơn",
    "Text size": "Cỡ chữ",
    "The screen is empty.": "Màn hình đang trống.",
    "This chat was closed. What you typed is kept. Open it again to go on.": (
        "Cuộc trò chuyện đã đóng. Phần vừa gõ vẫn được giữ. Mở lại để tiếp tục."
    ),
    "This only clears the screen of this phone. To see or erase what is stored, type “my data”.": (
        "Chỉ xóa trên màn hình máy này. Muốn xem hoặc xóa phần đã lưu, gõ “dữ liệu của tôi”."
    ),
    "This page needs JavaScript. Please turn it on in the browser.": (
        "Trang này cần JavaScript. Xin bật JavaScript trong trình duyệt."
    ),
    "Trying it as: %(name)s": "Đang dùng thử: %(name)s",
    "Type here": "Gõ vào đây",
    "Từng Ngõ never asks for an OTP code, a password or an ID number.": (
        "Từng Ngõ không bao giờ hỏi mã OTP, mật khẩu, số căn cước."
    ),
    "Từng Ngõ said:": "Từng Ngõ:",
    "Who would you like to be?": "Muốn dùng thử vai nào?",
    "You said:": "Đã gửi:",
    "Your message": "Tin nhắn",
    "Your words are shown on this phone only.": "Lời đã gõ chỉ hiện trên máy này.",
    "Not connected. Type as usual: it is kept on this phone and sent when there is a connection.": (
        "Chưa kết nối được. Cứ gõ như thường: lời gõ được giữ trên máy này và gửi khi có mạng."
    ),
    "Put Từng Ngõ on the home screen": "Đặt Từng Ngõ ra màn hình chính",
    "sending": "đang gửi",
    "waiting to be sent": "chờ gửi",
}

PEOPLE = [
    {
        "name": "lan",
        "title": "Bà Lan – người dân",
        "about": "62 tuổi, ở Thôn 3. Học một bài ngắn, hỏi, nhờ người giúp.",
    },
    {
        "name": "hoa",
        "title": "Hoa – tình nguyện viên (Tổ Bản Mẫu)",
        "about": "Vừa đi gõ cửa từng nhà về. Gửi phiếu, nhận việc, hẹn tới lại.",
    },
    {"name": "minh", "title": "Anh Minh – điều phối", "about": "Xem tuần này cả tổ đã làm gì, ai chưa có phiếu."},
]

GREETING = (
    "Xin chào! Đây là Từng Ngõ, máy trả lời tự động của Tổ công nghệ số cộng đồng.\n"
    "Từng Ngõ giúp học kỹ năng số, tra thông tin có nguồn, và hẹn người tới hướng dẫn.\n"
    "Từng Ngõ **không bao giờ** hỏi mã OTP, mật khẩu, số căn cước, và không gửi tệp cài ứng dụng.\n"
    'Để trả lời, cần lưu: tên hiển thị, mã trò chuyện, bài đã học. Xem, tải về, xóa bất cứ lúc nào bằng "dữ liệu của '
    'tôi".'
)
CONSENT = [("Đồng ý", "consent:yes"), ("Đọc kỹ hơn", "consent:more"), ("Không đồng ý", "consent:no")]
MENU = [
    ("Học một bài ngắn", "lesson:"),
    ("Hỏi thông tin", "ask:"),
    ("Nhờ người tới giúp", "help:"),
    ("Đã hướng dẫn những gì", "skills:"),
    ("Hướng dẫn được mấy hộ", "households:"),
    ("Xem tuần này", "week:"),
]
STEP = (
    '📘 Cài VNeID · bước 2/5\nMở "App Store" (iPhone) hoặc "CH Play" (Android). Gõ: VNeID.\n'
    "Chỉ chọn ứng dụng ghi tên Bộ Công an. Không cài từ đường dẫn ai gửi tới."
)
HOUSEHOLDS = "📋 Phiếu mới · 3/8 · Đã ghi: hôm nay, Thôn 3\nHướng dẫn được mấy hộ? Gõ số, ví dụ: 5"
SCRIPT: dict[str, tuple[str, list[tuple[str, str]], Message]] = {
    "start": (GREETING, CONSENT, {}),
    "consent": ("Bác cần gì? Bấm nút, gõ số, hoặc cứ hỏi thẳng.", MENU, {}),
    "menu": ("Cần gì nữa không?", MENU, {}),
    "lesson": (STEP, [("Xong", "menu:"), ("Chưa được", "menu:"), ("Xem lại bước trước", "menu:")], {}),
    "households": (HOUSEHOLDS, [("Quay lại", "menu:"), ("Hủy", "menu:cancel")], {"numbered": False}),
    "week": ("📋 Tuần 16–22/11/2026 · Tổ Bản Mẫu", [], {"picture": "/static/icon.svg"}),
}
SKILLS = ["VNeID", "Dịch vụ công", "Thanh toán số"]


class Stub:
    """One conversation on a port of this machine; a test reads what arrived and pushes what it likes."""

    def __init__(self, *, persona: str = "Bà Lan", chat: str = "chat-1") -> None:
        self.persona = persona
        self.chat = chat
        self.failures: list[int] = []  # status codes of the next posts, first one first
        self.silent = False  # answers come by the stream alone
        self.received: list[Message] = []  # what had an effect, once each
        self.posts: list[str] = []  # the id of every attempt
        self.shown: list[Message] = []
        self._whose: list[tuple[str, str]] = []  # of each message: who was at the screen
        self._answers: dict[str, list[Message]] = {}
        self._skills: set[str] = set()
        self._streams: set[asyncio.Queue[Message | None]] = set()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(self._app(), log_level="error", ws="none", lifespan="off", timeout_graceful_shutdown=2)
        self._server = uvicorn.Server(config)
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop
        self._loop.call_soon_threadsafe(self._close)
        self._thread.join()
        self._socket.close()

    def push(self, text: str, **more: Any) -> None:
        """Sends a message that nobody asked for."""
        assert self._loop
        self._loop.call_soon_threadsafe(lambda: self._publish([self._message(text, **more)]))

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._started.set()
        await self._server.serve(sockets=[self._socket])

    def _close(self) -> None:
        self._server.should_exit = True
        for stream in self._streams:
            stream.put_nowait(None)

    def _message(self, text: str, choices: list[tuple[str, str]] | None = None, **more: Any) -> Message:
        numbered = more.pop("numbered", True)
        offered = [
            {"label": label, "payload": payload, "number": number if numbered else None}
            for number, (label, payload) in enumerate(choices or [], 1)
        ]
        message = {"id": len(self.shown) + 1, "text": text, "choices": offered, "edit_of": None, "at": STARTED}
        message |= {"link": "", "picture": ""} | more
        self.shown.append(message)
        self._whose.append((self.persona, self.chat))
        return message

    def _publish(self, messages: list[Message]) -> None:
        for stream in self._streams:
            for message in messages:
                stream.put_nowait(message)

    def _app(self) -> Starlette:
        self._renderer = Renderer(Words("vi", VIETNAMESE), COMMUNE)
        return Starlette(
            routes=[
                Route("/", self._chat),
                Route("/personas", self._personas),
                Route("/demo/as/{name}", self._become, methods=["POST"]),
                Route("/chat/messages", self._take, methods=["POST"]),
                Route("/chat/events", self._events),
                Route("/chat/session", self._session),
                *shell_routes(self._renderer),
                Mount(self._renderer.static, Frozen(directory=STATIC)),
                Mount("/static", StaticFiles(directory=STATIC)),
            ],
            middleware=[Middleware(SafeHeaders)],
        )

    async def _chat(self, _request: Request) -> Response:
        return self._renderer.page("chat.html", persona=self.persona, chat=self.chat, csrf=CSRF, start="start:")

    async def _session(self, _request: Request) -> Response:
        return JSONResponse({"chat": self.chat, "csrf": CSRF})

    async def _personas(self, _request: Request) -> Response:
        return self._renderer.page("personas.html", people=PEOPLE, csrf=CSRF, start="")

    async def _become(self, request: Request) -> Response:
        body = (await request.body()).decode()
        if body != f"csrf={CSRF}":
            return Response(status_code=403)
        self.persona = request.path_params["name"]
        return RedirectResponse("/", status_code=303)

    async def _take(self, request: Request) -> Response:
        said = json.loads(await request.body())
        self.posts.append(said["id"])
        if self.failures:
            return Response(status_code=self.failures.pop(0))
        if request.headers["X-CSRF-Token"] != CSRF:
            return Response(status_code=403)
        if said["id"] not in self._answers:
            self.received.append(said)
            answers = self._answer(said)
            self._answers[said["id"]] = answers
            self._publish(answers)
        return JSONResponse({"messages": [] if self.silent else self._answers[said["id"]]})

    async def _events(self, request: Request) -> Response:
        after = int(request.query_params["after"])
        return StreamingResponse(self._stream(after), media_type="text/event-stream")

    async def _stream(self, after: int) -> AsyncIterator[str]:
        stream: asyncio.Queue[Message | None] = asyncio.Queue()
        for missed, whose in list(zip(self.shown, self._whose, strict=True))[after:]:
            if whose == (self.persona, self.chat):
                stream.put_nowait(missed)
        self._streams.add(stream)
        try:
            yield ": hello\n\n"
            while (message := await stream.get()) is not None:
                yield f"id: {message['id']}\ndata: {json.dumps(message)}\n\n"
        finally:
            self._streams.discard(stream)

    def _answer(self, said: Message) -> list[Message]:
        action, _, argument = said.get("payload", "").partition(":")
        if action == "skills" and argument:
            self._skills ^= {argument}
            text = f"Đã chọn: {', '.join(sorted(self._skills)) or 'chưa có mục nào'}."
            return [self._message(text, self._skill_choices(), edit_of=int(said["ref"]))]
        if action == "skills":
            return [self._message("Đã hướng dẫn những gì? Chọn được nhiều mục.", self._skill_choices())]
        if action in SCRIPT:
            text, offered, more = SCRIPT[action]
            return [self._message(text, offered, **more)]
        text = f"💬 Đã nhận: **{said.get('text', said.get('label'))}**. Nguồn: https://example.org/a?b=1."
        return [self._message(text)]

    def _skill_choices(self) -> list[tuple[str, str]]:
        marked = [(f"{'☑' if skill in self._skills else '☐'} {skill}", f"skills:{skill}") for skill in SKILLS]
        return [*marked, ("Xong", "menu:")]


def main() -> None:
    """Serves until Enter is pressed."""
    with Stub() as stub:
        input(f"{stub.url} and {stub.url}/personas; press Enter to stop ")


if __name__ == "__main__":
    main()
