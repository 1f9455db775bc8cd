"""A mail server and a webhook on this machine that keep what they are sent."""

import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Received:
    """What came in, and how Airflow is told where to send it."""

    mails: list[Message] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def wait_for(self, word: str, seconds: float = 60) -> dict[str, Any]:
        """The first post whose subject holds a word."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for post in self.posts:
                if word in post["subject"]:
                    return post
            time.sleep(0.3)
        raise AssertionError(f"nobody was told {word!r}; only {[p['subject'] for p in self.posts]}")

    def mail(self, word: str) -> str:
        """The text of the first mail whose subject holds a word."""
        (found, *_) = [mail for mail in self.mails if word in str(mail["Subject"])]
        part = found.get_payload()[0] if found.is_multipart() else found
        return str(part.get_payload(decode=True).decode())  # type: ignore[union-attr]


def _mail_handler(kept: Received) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            for line in self.rfile:
                word = line[:4].upper().decode()
                if word == "DATA":
                    self._say("354 go on")
                    body = b"".join(iter(self.rfile.readline, b".\r\n"))
                    kept.mails.append(message_from_bytes(body))
                self._say("221 bye" if word == "QUIT" else "250 OK")
                if word == "QUIT":
                    return

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    return Handler


def _hook_handler(kept: Received) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802  the name that http.server calls
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.keys.append(self.headers["Authorization"])
            kept.posts.append(json.loads(body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing on standard error."""

    return Handler


@contextmanager
def listening() -> Iterator[Received]:
    """Both servers, until the block ends."""
    kept = Received()
    mail = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _mail_handler(kept))
    mail.daemon_threads = True
    hook = HTTPServer(("127.0.0.1", 0), _hook_handler(kept))
    kept.environment = {
        "AIRFLOW_CONN_SMTP_DEFAULT": json.dumps(
            {
                "conn_type": "smtp",
                "host": "127.0.0.1",
                "port": mail.server_address[1],
                "extra": {
                    "disable_ssl": True,
                    "disable_tls": True,
                    "from_email": "townsquare@example.org",
                },
            }
        ),
        "AIRFLOW_CONN_TOWNSQUARE_WEBHOOK": json.dumps(
            {
                "conn_type": "http",
                "host": f"http://127.0.0.1:{hook.server_address[1]}/alerts",
                "password": "a key of the test",
            }
        ),
    }
    servers: list[Any] = [mail, hook]
    threads = [threading.Thread(target=server.serve_forever, daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield kept
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
