"""Which of a bank's questions a source means: it may use the id, the question's words, or a file's name."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cached_property

from grader.bank import Bank
from grader.errors import UserError

_NO_WORD = re.compile(r"[\W_]+")
_NUMBERED = re.compile(r"^(?:question|q|task|part|item|no)?[\s.]*\d+[\s.:)–-]+", re.IGNORECASE)


class QuestionNames:
    """Finds a question by what a source calls it."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._ids: Mapping[str, str] = {_plain(name): name for name in bank.ids}

    def find(self, name: str) -> str | None:
        """The id of the question that a source means, or None.

        Args:
            name: an id in any spelling (``random-forest``, ``Random Forest``, ``random_forest``), or the
                question's own words, with a number before it or not.
        """
        plain = _plain(name)
        return self._ids.get(plain) or self._texts.get(plain) or self._texts.get(_plain(_unnumbered(name)))

    def unknown(self, name: str) -> str:
        """The reason for a problem: the bank has no such question."""
        near = get_close_matches(_plain(name), list(self._ids), n=2, cutoff=0.5)
        hint = f"did you mean {' or '.join(self._ids[n] for n in near)}?" if near else "see `grade questions`"
        return f"no question {_shortened(name)!r} in the bank; {hint}"

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        texts = {}
        for name in self._bank.ids:
            try:
                texts[_plain(self._bank[name].question)] = name
            except UserError:
                continue  # a broken rubric is told when an answer needs it
        return texts


def _plain(name: str) -> str:
    return _NO_WORD.sub(" ", name).strip().casefold()


def _unnumbered(name: str) -> str:
    return _NUMBERED.sub("", name.strip())


def _shortened(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
