"""The contrary of a text, by rule: every clause that says something is made to say that it is not so."""

import re
from collections.abc import Callable

from grader.passages import Answer, Passage, Sentence
from grader.quality.verbs import finite_verb
from grader.texts import uncapitalised

_NOT_SO = "It is not true that"

_NEAR = 10
"""A negative word so few characters after the verb is the verb's; a later one belongs to something else."""


def _uncontracted(match: re.Match[str]) -> str:
    return {"ca": "can", "wo": "will", "sha": "shall"}.get(match[1].lower(), match[1])


_POSITIVE: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\b(\w+)n['’]t\b"), _uncontracted),
    (re.compile(r"\b(is|are|was|were|am|can|could|will|would|should|must|may|might|do|does|did|has|have|had)"
                r" not\b", re.IGNORECASE), r"\1"),
    (re.compile(r"\bcannot\b", re.IGNORECASE), "can"),
    (re.compile(r"\bno longer\b", re.IGNORECASE), "still"),
    (re.compile(r"\b(?:never|hardly|seldom|rarely)\b", re.IGNORECASE), "always"),
    (re.compile(r"\bneither\b(.*?)\bnor\b", re.IGNORECASE), r"both\1and"),
    (re.compile(r"\bnone\b", re.IGNORECASE), "all"),
    (re.compile(r"\bnobody\b", re.IGNORECASE), "everybody"),
    (re.compile(r"\bnothing\b", re.IGNORECASE), "everything"),
    (re.compile(r"\bno (?=[a-z])", re.IGNORECASE), "every "),
)  # fmt: skip
"""What makes a clause negative, and what stands in its place in a positive one."""

_INTRODUCES = re.compile(
    r"(?:after|although|as|at|because|before|besides|by|for|from|if|in|instead|on|once|since|though|to|under"
    r"|unless|until|when|where|whereas|while|with|without)\b",
    re.IGNORECASE,
)
"""How a first clause starts that is not the sentence's main one."""

_PRONOUN_CONTRACTED = re.compile(
    r"\b(?:I['’](?:m|d|ll|ve)|(?:it|that|there|he|she|what)['’](?:s|d|ll)|(?:we|they|you)['’](?:re|d|ll|ve))\b",
    re.IGNORECASE,
)


def negated(text: str) -> str:
    """Negate a text sentence by sentence.

    Each clause with a finite verb that the word lists know is negated at it; one that is negative already
    is made positive; a main clause in which neither is found gets "It is not true that" before it. What a
    clause takes for granted, such as a relative clause inside it, stays as it was.

    Args:
        text: any text in English.

    Returns:
        The contrary, with the same line breaks and list markers; a text without words as it is.
    """
    parts = []
    start = 0
    for sentence in Answer.of(text).sentences:
        parts += [text[start : sentence.passage.start], negated_sentence(sentence)]
        start = sentence.passage.end
    return "".join([*parts, text[start:]])


def negated_sentence(sentence: Sentence) -> str:
    """Negate one sentence, as in ``negated``.

    Args:
        sentence: with its clauses.
    """
    whole = sentence.passage
    parts = []
    start = whole.start
    changed = False
    for position, clause in enumerate(sentence.clauses):
        contrary = _negated_clause(clause)
        if contrary is None and position == 0 and not _INTRODUCES.match(clause.text):
            contrary = f"{_NOT_SO} {uncapitalised(clause.text)}"
        changed = changed or contrary is not None
        parts += [whole.text[start - whole.start : clause.start - whole.start], contrary or clause.text]
        start = clause.end
    if not changed:
        return f"{_NOT_SO} {uncapitalised(whole.text)}"
    return "".join([*parts, whole.text[start - whole.start :]])


def _negated_clause(clause: Passage) -> str | None:
    """The contrary of a clause, at the first place that can be turned round; None where there is none."""
    text = clause.text
    verb = finite_verb(text)
    reach = len(text) if verb is None else verb.end + _NEAR
    negative = _first_negative(text, reach)
    if negative is not None:
        return negative
    pronoun = _PRONOUN_CONTRACTED.search(text)
    if pronoun is not None and (verb is None or pronoun.start() < verb.start):
        return f"{text[: pronoun.end()]} not{text[pronoun.end() :]}"
    if verb is None:
        return None
    if not verb.support:
        return f"{text[: verb.end]}{'' if verb.base == 'can' else ' '}not{text[verb.end :]}"
    return f"{text[: verb.start]}{verb.support} not {verb.base}{text[verb.end :]}"


def _first_negative(text: str, reach: int) -> str | None:
    """A text with its first negative word made positive, if one starts before a place."""
    found = [(match.start(), match, positive) for p, positive in _POSITIVE if (match := p.search(text))]
    if not found:
        return None
    start, match, positive = min(found, key=lambda one: one[0])
    if start > reach:
        return None
    put = positive(match) if callable(positive) else match.expand(positive)
    return f"{text[:start]}{put.capitalize() if match.group()[0].isupper() else put}{text[match.end() :]}"
