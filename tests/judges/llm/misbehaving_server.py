"""A real server on loopback that behaves as it is told: well, or badly in any of many ways."""

import gzip
import json
import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, NamedTuple

HUGE = 3_000_000
"""Bytes of a reply that is longer than any client should read."""


class Request(NamedTuple):
    """What the server was asked, and the number of the request, from 0."""

    fields: Mapping[str, Any]
    headers: Mapping[str, str]
    number: int

    @property
    def prompt(self) -> str:
        return str(self.fields["messages"][0]["content"])


class Connection(BaseHTTPRequestHandler):
    """The server's end of a connection."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.behaviour(self, self.server.remember(json.loads(body), dict(self.headers)))

    def reply(self, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Send a whole, well-formed response."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def raw(self, body: bytes) -> None:
        """Send bytes as they are, and close."""
        self.wfile.write(body)
        self.wfile.flush()
        self.close_connection = True

    def trickle(self, *, headers_first: bool) -> None:
        """Send a response a byte at a time, for as long as the server runs."""
        begin = b"HTTP/1.1 200 OK\r\n"
        self.wfile.write(begin + b"Content-Length: 900\r\n\r\n" if headers_first else begin + b"X: ")
        while not self.server.closing.wait(0.02):
            self.wfile.write(b" ")
            self.wfile.flush()

    def log_message(self, *args: object) -> None:
        """Keep the terminal clean."""


Behaviour = Callable[[Connection, Request], object]


class Server(ThreadingHTTPServer):
    """Listens on a port of its own."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.behaviour = behaviour
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._remembering = threading.Lock()

    @property
    def address(self) -> str:
        """The base address with a model's name, as ``open_server`` takes it."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1#small"

    def remember(self, fields: Mapping[str, Any], headers: Mapping[str, str]) -> Request:
        with self._remembering:
            request = Request(fields, headers, len(self.requests))
            self.requests.append(request)
        return request

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is none of this server's business."""


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[Server]:
    """Run a server that answers every request in one way."""
    with Server(behaviour) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


def completion(
    text: str | None, tokens: Sequence[tuple[str, float]] | None = None, **instead: object
) -> bytes:
    """A reply of the API.

    Args:
        text: what the model said.
        tokens: tokens that could have been first, each with its probability.
        instead: takes the place of the choice's own fields.
    """
    choice: dict[str, object] = {"index": 0, "message": {"role": "assistant", "content": text}}
    if tokens is not None:
        top = [{"token": token, "logprob": math.log(share), "bytes": None} for token, share in tokens]
        choice["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
    return json.dumps({"id": "1", "object": "chat.completion", "choices": [choice | instead]}).encode()


def first_token(top_logprobs: object) -> bytes:
    """A reply whose logprobs are exactly these."""
    return completion("yes", logprobs={"content": [{"token": "yes", "top_logprobs": top_logprobs}]})


def always(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Behaviour:
    """Give the same response to every request."""
    return lambda connection, request: connection.reply(body, status, headers)


FINE = completion("yes", [("Yes", 0.7), (" no", 0.2), ("Perhaps", 0.1)])


def at_third_try(status: int) -> Behaviour:
    """Fail twice."""
    return lambda connection, request: connection.reply(
        *((FINE, 200) if request.number > 1 else (b"", status))
    )


def _endless(connection: Connection, request: Request) -> None:
    connection.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not connection.server.closing.is_set():
        connection.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


UNSCORED: Mapping[str, tuple[Behaviour, str]] = MappingProxyType(
    {
        "silent": (lambda connection, request: connection.server.closing.wait(), "was silent for 0.05 s"),
        "silent for long": (lambda connection, request: connection.server.closing.wait(), "no whole reply"),
        "trickling headers": (
            lambda connection, _: connection.trickle(headers_first=False),
            "no whole reply",
        ),
        "trickling body": (lambda connection, _: connection.trickle(headers_first=True), "no whole reply"),
        "always 500": (always(b'{"error": "out of memory"}', 500), r"failed \(500\)"),
        "always 503": (always(b"", 503), r"failed \(503\)"),
        "always 429": (always(b"", 429), r"failed \(429\)"),
        "always 400": (always(b"", 400), r"refused the request \(400\)"),
        "418": (always(b"", 418), r"did not take the request \(418\)"),
        "closed at once": (lambda connection, request: connection.raw(b""), "broke off"),
        "cut off in the body": (
            lambda connection, request: connection.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"),
            "broke off",
        ),
        "no HTTP": (lambda connection, request: connection.raw(bytes(range(256))), "no HTTP"),
        "huge headers": (
            lambda connection, request: connection.raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * HUGE),
            "broke",
        ),
        "huge": (always(b" " * HUGE + FINE), "longer than"),
        "endless": (_endless, "longer than"),
        "empty": (always(b""), "empty"),
        "no content": (always(b"", 204), "empty"),
        "JSON cut off": (always(FINE[:-40]), "OpenAI"),
        "not JSON": (always(b"<html>Welcome to nginx!</html>"), "OpenAI"),
        "packed though not asked to": (
            always(gzip.compress(FINE), headers={"Content-Encoding": "gzip"}),
            "OpenAI",
        ),
        "not UTF-8": (always(FINE.replace(b"yes", b"\xff\xfe")), "OpenAI"),
        "deeply nested": (always(b"[" * 40_000 + b"]" * 40_000), "OpenAI"),
        "a list": (always(b"[1, 2]"), "OpenAI"),
        "an error with status 200": (always(b'{"error": {"message": "overloaded"}}'), "OpenAI"),
        "no choices": (always(b'{"choices": []}'), "OpenAI"),
        "choices null": (always(b'{"choices": null}'), "OpenAI"),
        "no message": (always(b'{"choices": [{"text": "yes"}]}'), "OpenAI"),
        "message of another type": (always(completion("", message="yes")), "OpenAI"),
        "logprobs of another type": (always(first_token({"yes": -0.1})), "OpenAI"),
        "a token without a number": (always(first_token([{"token": "yes", "logprob": None}])), "OpenAI"),
        "not a number": (always(first_token([{"token": "yes", "logprob": math.nan}])), "are none"),
        "infinity": (always(first_token([{"token": "yes", "logprob": math.inf}])), "are none"),
        "a probability above 1": (always(first_token([{"token": "yes", "logprob": 3.0}])), "are none"),
        "probabilities above 1 together": (
            always(completion("", [("yes", 0.9), ("no", 0.9)])),
            "more than 1",
        ),
        "neither yes nor no, with logprobs": (
            always(completion("The", [("The", 0.9), ("A", 0.1)])),
            "neither",
        ),
        "neither yes nor no, in words": (always(completion("Perhaps.")), "neither"),
        "a verdict of another form": (always(completion('{"answer": "yes", "grade": 1}')), "neither"),
        "no words": (always(completion(None)), "said nothing"),
    }
)
"""By name: kinds of misbehaviour that leave a key point unscored, and a pattern of the reason."""

REFUSED: Mapping[str, tuple[Behaviour, str]] = MappingProxyType(
    {
        "401": (always(b"", 401), "GRADE_API_KEY"),
        "403": (always(b"", 403), "GRADE_API_KEY"),
        "404": (always(b'{"error": "model not found"}', 404), "no model 'small'"),
        "307": (always(b"", 307, {"Location": "http://192.0.2.1/v1/chat/completions"}), "another address"),
    }
)
"""By name: what only the user can mend, and a pattern of the message."""
