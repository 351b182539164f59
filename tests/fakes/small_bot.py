"""A bot for the benchmarks' own tests: it knows the conversation by heart and keeps where each chat is in a file.

Started as benchmarks/peers/rig/bots.py starts a peer. forgetful_bot.py is the same, but keeps nothing.
"""

import http.client
import json
import os
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from benchmarks.peers.rig.scenario import STEPS

BUTTONS = {"inline_keyboard": [[{"text": step.tap, "callback_data": step.tap} for step in STEPS if step.tap]]}
EDITED = ("VNeID", "Dịch vụ công")


class Small:
    """Where every chat is, and its filed reports."""

    def __init__(self, path: str, *, forgets: bool) -> None:
        self.forgets, self.lock = forgets, threading.Lock()
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.execute("PRAGMA synchronous=OFF")
        self.db.execute("CREATE TABLE IF NOT EXISTS step (chat INTEGER PRIMARY KEY, step INTEGER, last INTEGER)")
        self.db.execute("CREATE TABLE IF NOT EXISTS report (person INTEGER, households INTEGER, people INTEGER)")
        kept = self.db.execute("SELECT chat, step, last FROM step").fetchall()
        self.memory: dict[int, tuple[int, int]] = {chat: (step, last) for chat, step, last in kept}
        self.api = http.client.HTTPConnection(urlsplit(os.environ["API"]).netloc)

    def call(self, method: str, **parameters: Any) -> None:
        path, kind = f"/bot{os.environ['TOKEN']}/{method}", {"Content-Type": "application/json"}
        self.api.request("POST", path, json.dumps(parameters), kind)
        self.api.getresponse().read()

    def take(self, update: dict[str, Any]) -> dict[str, Any]:
        """Answer it, the same way when it is delivered again; what the webhook itself says."""
        tap = update.get("callback_query")
        message = tap["message"] if tap else update["message"]
        chat = message["chat"]["id"]
        step, last = self.memory.get(chat, (None, 0))
        if last != update["update_id"]:
            if not tap and message["text"] == STEPS[0].say:
                step = -1
            if step is None:
                return {}
            step += 1
            self.keep(chat, step, update["update_id"])
        assert step is not None
        said = {"chat_id": chat, "text": f"Ừ, {STEPS[step].want}", "reply_markup": BUTTONS}
        if tap and tap["data"] in EDITED:
            self.call("editMessageText", message_id=message["message_id"], **said)
        else:
            self.call("sendMessage", **said)
        return {"method": "answerCallbackQuery", "callback_query_id": tap["id"]} if tap else {}

    def keep(self, chat: int, step: int, update: int) -> None:
        """In one transaction: where the chat is, and at the end its report."""
        self.memory[chat] = step, update
        if self.forgets:
            return
        self.db.execute("BEGIN")
        self.db.execute("INSERT OR REPLACE INTO step VALUES (?, ?, ?)", (chat, step, update))
        if step == len(STEPS) - 1:
            self.db.execute("INSERT INTO report VALUES (?, ?, ?)", (chat, update, update))
        self.db.execute("COMMIT")


def main(*, forgets: bool = False) -> None:
    small = Small(os.environ["REPORTS"], forgets=forgets)

    class Hook(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer
        disable_nagle_algorithm = True

        def do_POST(self) -> None:  # the library's name
            ok = self.path == os.environ["HOOK"]
            ok &= self.headers["X-Telegram-Bot-Api-Secret-Token"] == os.environ["SECRET"]
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with small.lock:
                said = json.dumps(small.take(json.loads(body)) if ok else {}).encode()
            self.send_response(200 if ok else 403)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Hook).serve_forever()


if __name__ == "__main__":
    main()
