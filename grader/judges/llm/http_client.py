"""Requests to a server that speaks the OpenAI API: bounded in time, size and number, and tried again.

Whatever a server does, a request ends in bytes, in a ``ReplyError`` that says in words what was wrong
with the reply, or in a ``UserError`` where only the user can mend it. The key is in none of them.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pydantic import SecretStr

from grader.errors import UserError

if TYPE_CHECKING:
    import ssl

    from httpx import AsyncClient, Response

EXTRA = "pip install 'keypoint-grader[server]'"

KEY = "GRADE_API_KEY"
"""The environment variable that holds a server's key."""

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?P<port>:\d{1,5})?(?P<path>(?:/[\w.~%-]+)*)/?",
    re.ASCII | re.IGNORECASE,
)
_FORM = "as in openai:http://localhost:11434/v1#MODEL"

_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_IMPLEMENTED)
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)

_Result = TypeVar("_Result")


class Limits(NamedTuple):
    """How long and how much a server may take.

    Attributes:
        connect: seconds until a connection stands.
        read: seconds in which the next bytes of a reply have to come.
        total: seconds that a request may take, all tries and waits together; so that a server that
            sends a byte a second holds nobody up for hours.
        waits: seconds before the second and every further try; so there is one try more than waits.
        bytes: the longest reply.
        at_once: how many requests are under way at a time.
    """

    connect: float = 5.0
    read: float = 120.0
    total: float = 240.0
    waits: tuple[float, ...] = (0.5, 2.0)
    bytes: int = 1_000_000
    at_once: int = 4


class Address(NamedTuple):
    """Where a server is and which of its models is meant.

    Attributes:
        base: scheme, host, port and path, without a slash at the end.
        model: as the server calls it.
        host: a name, or an IP address without brackets.
    """

    base: str
    model: str
    host: str

    def __str__(self) -> str:
        """As it stands in a judge's name."""
        return f"{self.base}#{self.model}"

    @property
    def is_local(self) -> bool:
        """Whether it is this machine by its very wording; no name is looked up."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


class ReplyError(Exception):
    """There is no usable reply; the message says why, in words."""


class RequestRefusedError(ReplyError):
    """The server is there but does not take the request as it was put."""


class _PassingError(ReplyError):
    """What may be over at the next try."""


class _UnreachableError(_PassingError):
    """There was no connection."""


def parse_address(text: str) -> Address:
    """Take an address apart.

    Args:
        text: ``http`` or ``https``, host, port, path; ``#``; the model's name.

    Raises:
        UserError: it has another form, or holds a password or key.
    """
    url, _, model = text.partition("#")
    if "@" in url or "?" in url:  # not shown: it may be a password
        raise UserError(f"the server's address is host, port and path alone, {_FORM}; a key goes into {KEY}")
    found = _ADDRESS.fullmatch(url)
    if not found or int((found["port"] or ":1")[1:]) not in range(1, 65536):
        raise UserError(f"openai:{text}: {url!r} is no address of a server; give it {_FORM}")
    if not model.strip() or not model.isprintable():
        raise UserError(f"openai:{text}: no model is named; put it after a #, {_FORM}")
    host = found["host"].lower()
    base = f"{found['scheme'].lower()}://{host}{found['port'] or ''}{found['path']}"
    return Address(base, model.strip(), host.strip("[]"))


def checked_key(text: str) -> SecretStr | None:
    """A key that can be sent.

    Args:
        text: as it stands in the environment; empty for none.

    Raises:
        UserError: it holds a sign that no header may hold; it isn't shown.
    """
    key = text.strip()
    if not all("!" <= sign <= "~" for sign in key):
        raise UserError(f"{KEY} holds a space or a sign that no key has; set it anew")
    return SecretStr(key) if key else None


Post = Callable[[Mapping[str, Any]], Awaitable[bytes]]
"""From the fields of a request to the body of the reply."""


class Client:
    """Sends requests to one server; holds no connection between two calls."""

    def __init__(self, address: Address, key: SecretStr | None, limits: Limits) -> None:
        """Make a client; nothing is sent yet.

        Args:
            address: of the server.
            key: sent as bearer.
            limits: of each request.

        Raises:
            UserError: what it needs is not installed, or no host can have this address.
        """
        try:
            import httpx
            import tenacity  # noqa: F401
        except ImportError as error:
            raise UserError(f"for a judge openai:…, {EXTRA}") from error
        try:
            httpx.URL(address.base)
        except httpx.InvalidURL:
            raise UserError(f"{address.base} is no address of a server; give it {_FORM}") from None
        self.address = address
        self._key = key
        self._limits = limits

    def run(self, work: Callable[[Post], Coroutine[Any, Any, _Result]]) -> _Result:
        """Do some work that sends requests.

        Args:
            work: is given a function that sends a request to ``/chat/completions``, as many at a time
                as the limits say, and raises ``ReplyError`` where there is no usable reply.

        Returns:
            What the work returns.

        Raises:
            UserError: the server can't be reached, or doesn't let the user or the model in.
        """

        async def working() -> _Result:
            import httpx

            free = asyncio.Semaphore(self._limits.at_once)
            # No proxy of the environment and no redirect: the answers go where the user said, or nowhere.
            async with httpx.AsyncClient(
                verify=self._certificates,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(self._limits.read, connect=self._limits.connect),
                limits=httpx.Limits(max_connections=self._limits.at_once),
                headers=self._headers(),
            ) as connections:

                async def post(fields: Mapping[str, Any]) -> bytes:
                    async with free:
                        return await self._bounded(connections, fields)

                return await work(post)

        return _run(working())

    @cached_property
    def _certificates(self) -> "ssl.SSLContext":
        import httpx

        return httpx.create_ssl_context(trust_env=False)

    def _headers(self) -> dict[str, str]:
        # Unpacked, a small reply may be huge, so none is to be packed.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        return headers

    async def _bounded(self, connections: "AsyncClient", fields: Mapping[str, Any]) -> bytes:
        try:
            async with asyncio.timeout(self._limits.total):
                return await self._tried(connections, fields)
        except TimeoutError:
            raise ReplyError(f"the server gave no whole reply within {self._limits.total:g} s") from None
        except _UnreachableError as error:
            raise UserError(f"{self.address.base}: {error}; is a server running there?") from None

    async def _tried(self, connections: "AsyncClient", fields: Mapping[str, Any]) -> bytes:
        import tenacity

        waits = self._limits.waits
        trying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(_PassingError),
            stop=tenacity.stop_after_attempt(len(waits) + 1),
            wait=tenacity.wait_chain(*map(tenacity.wait_fixed, waits or (0.0,))),
            reraise=True,
        )
        return await trying(self._once, connections, fields)

    async def _once(self, connections: "AsyncClient", fields: Mapping[str, Any]) -> bytes:
        import httpx

        try:
            async with connections.stream(
                "POST", f"{self.address.base}/chat/completions", json=fields
            ) as response:
                self._check_status(response.status_code)
                return await self._body(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, UnicodeError):  # the last for an odd name
            raise _UnreachableError("no connection") from None
        except httpx.TimeoutException:
            raise _PassingError(f"the server was silent for {self._limits.read:g} s") from None
        except httpx.RemoteProtocolError:
            raise _PassingError("the server broke off, or its reply is no HTTP") from None
        except httpx.HTTPError:
            raise _PassingError("the connection to the server broke") from None

    def _check_status(self, status: int) -> None:
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return
        base, model = self.address.base, self.address.model
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            wrong = f"refuses the key in {KEY}" if self._key else f"wants a key; put it into {KEY}"
            raise UserError(f"{base}: the server {wrong} ({status})")
        if status == HTTPStatus.NOT_FOUND:
            raise UserError(
                f"{base}: the server has no model {model!r}, or its API is not at this address (404); "
                "a base address often ends in /v1"
            )
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise UserError(f"{base}: the server sends on to another address ({status}); give that one")
        if status in _REFUSED:
            raise RequestRefusedError(f"the server refused the request ({status})")
        if status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _PassingError(f"the server failed ({status})")
        raise ReplyError(f"the server did not take the request ({status})")

    async def _body(self, response: "Response") -> bytes:
        body = bytearray()
        async for some in response.aiter_raw():
            body += some
            if len(body) > self._limits.bytes:
                raise ReplyError(f"the reply is longer than {self._limits.bytes:,} bytes")
        return bytes(body)


def _run(work: Coroutine[Any, Any, _Result]) -> _Result:
    if not _in_a_loop():
        return asyncio.run(work)
    # As in a notebook; a second loop has to be in a thread of its own.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
