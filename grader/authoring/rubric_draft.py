"""A first draft of a rubric out of a reference answer, for its author to edit."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from grader.authoring.proposition_ids import content_words, ids_for, stem
from grader.authoring.propositions import Candidate, propositions
from grader.authoring.rubric_writer import Entry, RubricText
from grader.bank import KeyPoint
from grader.errors import UserError
from grader.texts import MAXIMUM_CHARACTERS

MOST_KEY_POINTS = 10
"""Candidates that become key points; the others are listed as comments."""

SAME = 0.6
"""The least share of common content words at which two candidates say the same."""

_OWN_WORK = re.compile(
    r"\b(?:have you|did you|you (?:have )?(?:chose|worked|used|built|made|done|decided)|tell me about"
    r"|your (?:experience|career|own|favourite|favorite)|are you|do you see|inspires you|describe an?"
    r" (?:case|time|project|situation))\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:i|i'd|i'm|i've|my|we|our)\b", re.IGNORECASE)

_HEADER = (
    "A draft from {source}: its propositions as candidate key points. Edit it, then delete the comments.",
    "- A key point is one proposition that an answer either says or does not: cut those that say two things.",
    "- It stands alone: no “it” or “the latter” that only the reference answer explains.",
    "- The question does not give it away, and no other key point says the same.",
    "- It gets a weight above 1 if it matters most (the default is 1), and `required: true` if no answer"
    " is good without it (at most one or two).",
    "- It gets `examples:`, other ways in which people say it.",
)
_EXPERIENCE = (
    "- The question is about a person's own work: write what any good account contains (“I say how I measured"
    " success”), not what this one tells."
)
_RULES = "- Turn “I do …” into what holds: “The test set is used only once”, not “I use it once”."
_MISCONCEPTIONS = (
    "What do people get wrong? Add each as the wrong sentence that they say, in place of the line below:",
    "  - id: sequential-trees",
    "    text: The trees are trained one after another, each correcting the errors of the previous one.",
    "    penalty: 0.1",
)


def draft_rubric(
    reference_answer: str,
    *,
    question: str,
    question_id: str,
    topic: str = "general",
    source: str = "the reference answer",
) -> RubricText:
    """Start a rubric from a reference answer.

    Args:
        reference_answer: prose, plain or Markdown, in English.
        question: what is asked, in words.
        question_id: its id, a slug.
        topic: the part of the field that it belongs to.
        source: where the reference answer is from, for the comment at the top.

    Returns:
        A rubric with at most ``MOST_KEY_POINTS`` key points, in the order of the reference answer,
        with notes on what to check; what was left out stands in comments at its end.

    Raises:
        UserError: the reference answer is too long, or has no sentence that says something.
    """
    if len(reference_answer) > MAXIMUM_CHARACTERS:
        raise UserError(
            f"{source}: longer than {MAXIMUM_CHARACTERS:,} characters; a reference answer is one page"
        )
    merged = _merged(propositions(reference_answer))
    if not merged:
        raise UserError(
            f"{source}: found no sentence that says something; a reference answer is prose, a few sentences "
            "that cover every key point"
        )
    chosen = _chosen(merged)
    kind = guessed_kind(question)
    kept = [(candidate, examples) for candidate, examples in merged if candidate in chosen]
    left_out = [candidate for candidate, _ in merged if candidate not in chosen]
    ids = ids_for([candidate.text for candidate, _ in kept], question)
    return RubricText(
        id=question_id,
        question=question,
        topic=topic,
        kind=kind,
        key_points=tuple(
            Entry(KeyPoint(id=name, text=candidate.text, examples=examples), candidate.notes)
            for name, (candidate, examples) in zip(ids, kept, strict=True)
        ),
        header=_header(kind, [candidate for candidate, _ in kept], source),
        misconception_notes=_MISCONCEPTIONS,
        footer=_footer(left_out),
    )


def guessed_kind(question: str) -> Literal["knowledge", "experience"]:
    """``experience`` for a question about a person's own work, told from its words."""
    return "experience" if _OWN_WORK.search(question) else "knowledge"


def _merged(found: Sequence[Candidate]) -> list[tuple[Candidate, tuple[str, ...]]]:
    """Each candidate with those that say the same, as its examples."""
    groups: list[list[Candidate]] = []
    for candidate in found:
        same = next((group for group in groups if _overlap(group[0], candidate) >= SAME), None)
        if same is None:
            groups.append([candidate])
        else:
            same.append(candidate)
    merged = []
    for group in groups:
        best = min(group, key=lambda one: (len(one.notes), -len(one.text)))
        examples = tuple(dict.fromkeys(one.text for one in group if one.text != best.text))
        merged.append((best, examples))
    return merged


def _overlap(first: Candidate, second: Candidate) -> float:
    one, other = _stems(first.text), _stems(second.text)
    return len(one & other) / len(one | other)


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, content_words(text)))


def _chosen(merged: Sequence[tuple[Candidate, tuple[str, ...]]]) -> frozenset[Candidate]:
    """Those that say most about what the whole answer is about."""
    spread = Counter(word for candidate, _ in merged for word in _stems(candidate.text))

    def worth(position: int) -> float:
        candidate, examples = merged[position]
        found = _stems(candidate.text)
        shared = sum(spread[word] > 1 for word in found)
        unsaid = sum(note.startswith("Say what") for note in candidate.notes)
        return min(len(found), 12) + 0.5 * min(shared, 6) + 2 * len(examples) - unsaid

    best = sorted(range(len(merged)), key=lambda position: (-worth(position), position))
    return frozenset(merged[position][0] for position in best[:MOST_KEY_POINTS])


def _header(kind: str, kept: Sequence[Candidate], source: str) -> tuple[str, ...]:
    first, *rest = _HEADER
    lines = [first.format(source=source), *rest]
    if kind == "experience":
        lines.append(_EXPERIENCE)
    elif any(_FIRST_PERSON.search(candidate.text) for candidate in kept):
        lines.append(_RULES)
    return tuple(lines)


def _footer(left_out: Sequence[Candidate]) -> tuple[str, ...]:
    if not left_out:
        return ()
    return ("Also in the reference answer:", *(f"- {candidate.text}" for candidate in left_out))
