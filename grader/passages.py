"""An answer's text into sentences and clauses, each with its offsets into the original text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from sentencex import get_sentence_boundaries

from grader.texts import readable_view

SOFT_WRAP_LENGTH = 50
"""A line of at least so many characters without end punctuation goes on in the next line."""

LONGEST_CLAUSE = 30
"""Words after which a stretch without any separator is cut all the same."""

FEWEST_COMMAS = 4
WORDS_A_TERM = 3
"""A sentence of so many commas, with so few words between them, is an enumeration."""

_LIST_MARKER = r"(?:[-*+•‣◦▪–—·>]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|#{1,6})[ \t]+"
_LINE_BREAK = re.compile(r"\r\n?|[\n\x85\u2028\u2029]")
_MARKER_AT_START = re.compile(rf"[ \t]*{_LIST_MARKER}")
_SPACE = re.compile(r"\s")
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_MISSING_SPACE = re.compile(r"(?<=[a-z)]{3})[.!?](?=[A-Z][a-z])")
_CLAUSE_END = re.compile(
    r"[;:](?=\s)|\s[–—-]+(?=\s)|\s(?=\(\w)|(?<=\w)\)(?=[\s,;.])"
    r"|,(?=\s+(?:and|but|or|so|which|who|where|when|while|whereas|because|since|as|although|though|if"
    r"|then|thus|not|unlike|meaning|making|leading|using|with|without)\b)",
    re.IGNORECASE,
)
_COMMA = re.compile(r"[,;](?=\s)")
_LOOSE_END = " \t\r\n\f\v,;:–—-("
_CONNECTIVE = re.compile(
    r"\s(?=(?:and|but|because|so|which|while|whereas|although|then|since)\s)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an answer: ``answer[start:end] == text``, in characters."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, list item or line, and the clauses that make it up, in order.

    A sentence without a separator is its own only clause.
    """

    passage: Passage
    clauses: tuple[Passage, ...]

    def between(self, first: int, end: int) -> Passage:
        """The stretch from one clause to before another, as one passage."""
        start, stop = self.clauses[first].start, self.clauses[end - 1].end
        offset = self.passage.start
        return Passage(self.passage.text[start - offset : stop - offset], start, stop)


@dataclass(frozen=True, slots=True)
class Answer:
    """The text being graded, cut into sentences.

    Attributes:
        text: the text as it was given.
        view: the same characters as a reader sees them (see ``texts.readable_view``).
        sentences: in order, without overlap; only what holds a letter or a digit.
    """

    text: str
    view: str
    sentences: tuple[Sentence, ...]

    @classmethod
    def of(cls, text: str) -> "Answer":
        """Cut a text into sentences and clauses."""
        view = readable_view(text)
        return cls(text, view, tuple(_sentences(text, view)))

    @property
    def words(self) -> list[str]:
        """The answer's words in order, without markup."""
        return _WORD.findall(self.view)


def _sentences(text: str, view: str) -> Iterator[Sentence]:
    for start, end in _blocks(view):
        for sentence_start, sentence_end in _sentence_spans(view[start:end], start):
            passage = _trimmed(text, view, sentence_start, sentence_end)
            if passage is not None:
                yield Sentence(passage, tuple(_clauses(text, view, passage)))


def _blocks(view: str) -> Iterator[tuple[int, int]]:
    """Join the lines that a text editor wrapped; all other line breaks part two blocks."""
    start = line_start = 0
    for match in _LINE_BREAK.finditer(view):
        line = view[line_start : match.start()]
        line_start = match.end()
        if not _goes_on(line, view, match.end()):
            yield start, match.start()
            start = match.end()
    yield start, len(view)


def _goes_on(line: str, view: str, next_start: int) -> bool:
    line = line.rstrip()
    if len(line) < SOFT_WRAP_LENGTH or line.endswith((".", "!", "?", ":", ";")):
        return False
    return _LINE_BREAK.match(view, next_start) is None and not _MARKER_AT_START.match(view, next_start)


def _sentence_spans(block: str, offset: int) -> Iterator[tuple[int, int]]:
    if not block.strip():
        return
    one_line = _SPACE.sub(" ", block)  # the splitter breaks off at a space of more than one byte
    for boundary in get_sentence_boundaries("en", one_line):
        start, end = boundary["start_index"], boundary["end_index"]
        for match in _MISSING_SPACE.finditer(one_line, start, end):
            yield offset + start, offset + match.end()
            start = match.end()
        yield offset + start, offset + end


def _clauses(text: str, view: str, sentence: Passage) -> Iterator[Passage]:
    ends = _COMMA if _is_enumeration(sentence.text) else _CLAUSE_END
    cuts = [match.end() for match in ends.finditer(view, sentence.start, sentence.end)]
    edges = [sentence.start, *cuts, sentence.end]
    for start, end in pairwise(edges):
        for part_start, part_end in _shortened(view, start, end):
            passage = _trimmed(text, view, part_start, part_end)
            if passage is not None:
                yield _without_loose_end(passage)


def _is_enumeration(sentence: str) -> bool:
    """Whether a sentence is little more than terms with commas between them."""
    commas = len(_COMMA.findall(sentence))
    return commas >= FEWEST_COMMAS and len(_WORD.findall(sentence)) <= WORDS_A_TERM * (commas + 1)


def _shortened(view: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a stretch that nobody could read in one breath, at a connective where there is one."""
    words = [match.start() for match in _WORD.finditer(view, start, end)]
    while len(words) > LONGEST_CLAUSE:
        connectives = [m.end() for m in _CONNECTIVE.finditer(view, words[5], words[LONGEST_CLAUSE])]
        cut = connectives[-1] if connectives else words[LONGEST_CLAUSE]
        yield start, cut
        start = cut
        words = [word for word in words if word >= cut]
    yield start, end


def _without_loose_end(passage: Passage) -> Passage:
    text = passage.text.rstrip(_LOOSE_END)
    return Passage(text, passage.start, passage.start + len(text))


def _trimmed(text: str, view: str, start: int, end: int) -> Passage | None:
    """Leave out surrounding white space and a list marker; nothing left is None."""
    marker = _MARKER_AT_START.match(view, start, end)
    if marker is not None:
        start = marker.end()
    while start < end and view[start].isspace():
        start += 1
    while end > start and view[end - 1].isspace():
        end -= 1
    if _WORD.search(view, start, end) is None:
        return None
    return Passage(text[start:end], start, end)
