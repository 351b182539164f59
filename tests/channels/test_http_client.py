"""The small HTTP client: what it sends, what it keeps, and whether a call that failed may have been carried out."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.channels.http_client import HttpClient, NoReply, NotSent

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
BYE = b"HTTP/1.1 500 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno"
EARLY = b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK


class Server:
    """Answers each call with the next of its answers; an empty one hangs up."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.calls: list[bytes] = []
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                self.calls.append(head + await reader.readexactly(size))
                answer = self.answers.pop(0)
                if not answer:
                    return
                writer.write(answer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


def against(server: Server, test: Callable[[HttpClient], Awaitable[None]]) -> None:
    async def run() -> None:
        async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            client = HttpClient(f"http://127.0.0.1:{port}", agent="test")
            await test(client)
            client.close()

    asyncio.run(run())


async def call(client: HttpClient) -> tuple[int, bytes]:
    return await client.post("/bot1/a", b'{"a":1}', connect=5, answer=5)


def test_calls_share_a_connection_until_the_server_wants_it_closed() -> None:
    server = Server(OK, CHUNKED, EARLY, BYE, OK)

    async def test(client: HttpClient) -> None:
        assert [await call(client) for _ in range(5)] == [(200, b"{}")] * 3 + [(500, b"no"), (200, b"{}")]

    against(server, test)
    assert server.connections == 2
    head, _, body = server.calls[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /bot1/a HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nContent-Type: application/json\r\n" in head
    assert body == b'{"a":1}'


def test_calls_at_once_have_a_connection_each() -> None:
    server = Server(OK, OK, OK)

    async def test(client: HttpClient) -> None:
        assert await asyncio.gather(*(call(client) for _ in range(3))) == [(200, b"{}")] * 3

    against(server, test)
    assert server.connections == 3


@pytest.mark.parametrize("answer", [b"", b"what?\r\n\r\n", OK[:-1]])
def test_without_a_whole_answer_it_may_have_been_carried_out(answer: bytes) -> None:
    server = Server(answer, OK)

    async def test(client: HttpClient) -> None:
        with pytest.raises(NoReply):
            await client.post("/", b"{}", connect=5, answer=0.2)
        assert await call(client) == (200, b"{}")  # on a new connection

    against(server, test)


def test_without_a_connection_nothing_was_sent() -> None:
    async def run() -> None:
        with pytest.raises(NotSent):
            await call(HttpClient("http://127.0.0.1:1", agent="test"))

    asyncio.run(run())


def test_an_address_is_http_or_https() -> None:
    for wrong in ("ftp://a", "a.vn", "https://"):
        with pytest.raises(ValueError, match="address"):
            HttpClient(wrong, agent="test")
