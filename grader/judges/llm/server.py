"""``openai:URL#MODEL``: a server that speaks the OpenAI API, as Ollama, llama.cpp and vLLM do.

For each proposition it is asked for one word. Where it gives the probabilities of that word, they are
read as those of a model on this machine are; where it does not, the word itself is, under a JSON schema
if the server knows how.
"""

import asyncio
import hashlib
import math
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from grader.errors import UserError
from grader.judges.llm.defusing import defused
from grader.judges.llm.http_client import (
    KEY,
    Client,
    Limits,
    Post,
    ReplyError,
    RequestRefusedError,
    checked_key,
    parse_address,
)
from grader.judges.llm.prompts import MOST_WRITTEN, VERSION, own_parts, shared_part
from grader.judges.llm.yes_or_no import raw_finding
from grader.judges.protocol import JudgeSettings, Task
from grader.judges.raw import RawFinding
from grader.passages import Passage

WORD_ALONE = 3.0
"""The log-odds that stand for a yes without its probability, and less than none for a no: 95 to 5.

How right such a word is, the calibration of the judge has to say.
"""

_LONGEST_WORD = 20
"""Tokens in which a model has to have said ``{"answer": "yes"}``, spaced as it may be."""

_WORD = re.compile(r"\W*(yes|no)(?:\W*|[.,;:!\n].*)", re.IGNORECASE | re.DOTALL)
"""Yes or no as a word of its own, whatever follows it; so not "no doubt"."""

_ROUNDING = 0.01
"""By how much the logarithm of a probability, or a sum of probabilities, may be too large."""

_SIGNS_OF_SPACE = " \t\r\n▁Ġ"
"""Space as it stands in tokens; some servers give them as their vocabulary holds them."""


class _Reply(BaseModel):
    """Part of a reply; what else it holds is of no concern."""

    model_config = ConfigDict(frozen=True)


class _Token(_Reply):
    token: str
    logprob: float


class _Position(_Reply):
    top_logprobs: tuple[_Token, ...] | None = None


class _Positions(_Reply):
    content: tuple[_Position, ...] | None = None


class _Message(_Reply):
    content: str | None = None


class _Choice(_Reply):
    message: _Message
    logprobs: _Positions | None = None


class _Completion(_Reply):
    choices: tuple[_Choice, ...]


class _Verdict(BaseModel):
    """What the JSON schema asks for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    answer: Literal["yes", "no"]


class _Way(NamedTuple):
    """A way of asking for yes or no.

    Attributes:
        fields: what a request holds for it.
        read: from the reply to a finding; None where the server does not know this way.
    """

    fields: Mapping[str, Any]
    read: Callable[[_Choice], RawFinding | None]


def _read_probabilities(choice: _Choice) -> RawFinding | None:
    positions = choice.logprobs.content if choice.logprobs else None
    first = positions[0].top_logprobs if positions else None
    if not first:
        return None
    if not all(each.logprob <= _ROUNDING for each in first):  # so that "not a number" is refused too
        raise ReplyError("the server's probabilities of the next word are none")
    mass = {"yes": 0.0, "no": 0.0}
    for each in first:
        word = each.token.strip(_SIGNS_OF_SPACE).lower()
        if word in mass:
            mass[word] += math.exp(each.logprob)
    if sum(mass.values()) > 1 + _ROUNDING:
        raise ReplyError("the server's probabilities of the next word are more than 1")
    return raw_finding(mass["yes"], mass["no"])


def _read_word(choice: _Choice) -> RawFinding:
    text = (choice.message.content or "").strip()
    try:
        word = _Verdict.model_validate_json(text).answer
    except ValidationError:
        found = _WORD.fullmatch(text)
        if not found:
            said = "neither yes nor no" if text else "nothing"
            raise ReplyError(f"the model said {said}") from None
        word = "yes" if found[1].lower() == "yes" else "no"
    return RawFinding(WORD_ALONE if word == "yes" else -WORD_ALONE)


_SCHEMA = {"name": "verdict", "strict": True, "schema": _Verdict.model_json_schema()}

_WAYS = (
    _Way(MappingProxyType({"max_tokens": 1, "logprobs": True, "top_logprobs": 20}), _read_probabilities),
    _Way(
        MappingProxyType(
            {
                "max_tokens": _LONGEST_WORD,
                "response_format": {"type": "json_schema", "json_schema": _SCHEMA},
            }
        ),
        _read_word,
    ),
    _Way(MappingProxyType({"max_tokens": _LONGEST_WORD}), _read_word),
)
"""The ways of asking, the best first; the next is for a server that refuses one or passes over it."""


class ServerJudge:
    """Asks a server for yes or no; see ``RawJudge``."""

    def __init__(self, client: Client, show_reference: bool) -> None:
        """Make a judge; the server is asked at the first answer.

        Args:
            client: sends the requests.
            show_reference: whether the model is shown the reference answer.
        """
        self._client = client
        self._show_reference = show_reference
        self._way: _Way | None = None
        self._finding_out = threading.Lock()

    @property
    def name(self) -> str:
        """The name by which the judge is asked for."""
        return f"openai:{self._client.address}"

    @property
    def revision(self) -> str:
        """Of prompt, address and model's name.

        Which weights the server has behind that name, and whether it gives probabilities, can't be
        known from here: who changes either should calibrate anew.
        """
        reference = "r" if self._show_reference else ""
        digest = hashlib.sha256(str(self._client.address).encode()).hexdigest()[:12]
        return f"{VERSION}{reference}-{digest}"

    def read(self, task: Task, nearest: Sequence[Passage | None] = ()) -> tuple[RawFinding, ...]:
        """Ask about each proposition; see ``RawJudge.read``.

        Raises:
            UserError: the server can't be reached, or doesn't let the user or the model in.
        """
        shared = shared_part(task, self._show_reference)
        prompts = [shared + own for own in own_parts(task, nearest)]
        if self._way:
            return self._asked(prompts)
        # The first question finds out how this server is to be asked, for all others and all threads.
        with self._finding_out:
            first = self._asked(prompts[:1])
        return first + self._asked(prompts[1:])

    def write(self, task: Task, own: str) -> str:
        """Go on after the answer and an instruction; see ``Writer.write``.

        Raises:
            UserError: the server can't be reached, or doesn't let the user or the model in.
        """
        prompt = shared_part(task, self._show_reference) + own

        async def completed(post: Post) -> str:
            try:
                choice = await self._choice(post, prompt, {"max_tokens": MOST_WRITTEN})
            except ReplyError:
                return ""
            return (choice.message.content or "").strip()

        return self._client.run(completed)

    def _asked(self, prompts: Sequence[str]) -> tuple[RawFinding, ...]:
        async def asked(post: Post) -> tuple[RawFinding, ...]:
            return tuple(await asyncio.gather(*(self._finding(post, prompt) for prompt in prompts)))

        return self._client.run(asked) if prompts else ()

    async def _finding(self, post: Post, prompt: str) -> RawFinding:
        try:
            if self._way:
                return await self._in_one_way(post, prompt, self._way) or _NO_PROBABILITIES
            return await self._in_any_way(post, prompt)
        except ReplyError as error:
            return RawFinding(0.0, unscored=str(error))

    async def _in_any_way(self, post: Post, prompt: str) -> RawFinding:
        *ways, last = _WAYS
        for way in ways:
            try:
                if finding := await self._in_one_way(post, prompt, way):
                    return finding
            except RequestRefusedError:
                continue
        return await self._in_one_way(post, prompt, last) or _NO_PROBABILITIES

    async def _in_one_way(self, post: Post, prompt: str, way: _Way) -> RawFinding | None:
        choice = await self._choice(post, prompt, way.fields)
        finding = way.read(choice)
        if finding:
            self._way = way
        return finding

    async def _choice(self, post: Post, prompt: str, fields: Mapping[str, Any]) -> _Choice:
        # Half a character, which a file in JSON can hold, can't be sent.
        content = defused(prompt).encode(errors="replace").decode()
        asked = {
            "model": self._client.address.model,
            "messages": [{"role": "user", "content": content}],
            "temperature": 0,
            "seed": 0,
        }
        body = await post({**asked, **fields})
        try:
            return _Completion.model_validate_json(body).choices[0]
        except (ValidationError, IndexError):
            wrong = "not one of the OpenAI API" if body.strip() else "empty"
            raise ReplyError(f"the server's reply is {wrong}") from None


_NO_PROBABILITIES = RawFinding(0.0, unscored="the server gave no probabilities this time")


def open_server(model: str, settings: JudgeSettings, limits: Limits | None = None) -> ServerJudge:
    """Open a model behind a server as a judge; the server is not asked yet.

    Args:
        model: ``URL#MODEL``. The key, if the server wants one, is in ``GRADE_API_KEY``.
        settings: whether answers may leave this machine, whether the reference answer is shown.
        limits: of time, size and number of requests.

    Raises:
        UserError: the address is none, or is another machine's and that was not allowed; or what it
            needs is not installed.
    """
    address = parse_address(model)
    if not (address.is_local or settings.allow_remote):
        raise UserError(
            f"openai:{address}: the students' answers would leave this machine, to {address.host}; "
            "add --allow-remote if they may"
        )
    key = checked_key(os.environ.get(KEY, ""))
    return ServerJudge(Client(address, key, limits or Limits()), settings.show_reference)
