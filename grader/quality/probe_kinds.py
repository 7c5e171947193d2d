"""The probes: answers made from a bank by rule that must not earn credit, or must not lose it."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.bank import Question
from grader.passages import Answer
from grader.quality.negation import negated
from grader.quality.probe_texts import INJECTIONS
from grader.quality.rewriting import first_half, mistyped, padded, respelled, shuffled, unpunctuated
from grader.texts import uncapitalised

MOST_EARNED = 0.2
"""The coverage that an attack may earn."""

MOST_CHANGED = 0.1
"""The coverage that a change of a text may gain or lose."""

JUDGES_FAULT = 0.4
"""How much a probe weighs that shows more of the judge than of the rubric."""

INJECTIONS_WITH_HALF = 3
"""How many of the injections are tried with half a reference answer."""

_SHORTEST_TERM = 5
"""Words of fewer letters are no terms."""


class Harm(StrEnum):
    """What it means that a probe succeeds."""

    EARNS = "earns"  # the text alone earns more than MOST_EARNED coverage
    GAINS = "gains"  # it earns over MOST_CHANGED more than the same text without the trick
    LOSES = "loses"  # it earns over MOST_CHANGED less than the text that it is a variant of
    UNNOTICED = "unnoticed"  # its grade is not sent to review


@dataclass(frozen=True, slots=True)
class ProbeText:
    """An answer that a probe made.

    Attributes:
        text: the answer.
        base: what its coverage is compared with, for a probe that gains or loses.
    """

    text: str
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """A kind of answer made by rule.

    Attributes:
        name: a slug; the measure is ``probe-<name>``.
        harm: when it succeeds.
        make: from a question and a seeded generator its answers; none where it does not apply.
        what: the answer in words, for a sentence such as "… earns 0.4 coverage".
        advice: what the rubric's author can do about a success, a sentence.
        severity: how much a success weighs among weaknesses, 0 to 1; little where the judge is at fault
            more than the rubric.
    """

    name: str
    harm: Harm
    make: Callable[[Question, random.Random], Iterator[ProbeText]]
    what: str
    advice: str
    severity: float = 1.0


def question_restated(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    """The question's own words."""
    yield ProbeText(question.question)


def key_terms(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    """The longer words of all key points as a list, each once."""
    texts = " ".join(point.text for point in question.key_points)
    terms = dict.fromkeys(word.lower() for word in Answer.of(texts).words if len(word) >= _SHORTEST_TERM)
    yield ProbeText(", ".join(terms))


def shuffled_reference(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    """The reference answer's words in another order."""
    yield ProbeText(shuffled(question.reference_answer, generator))


def negated_reference(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    """The reference answer, negated sentence by sentence."""
    yield ProbeText(negated(question.reference_answer))


def hedged_key_points(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    """Every key point, or perhaps not, in two phrasings."""
    texts = [point.text.rstrip(".!") for point in question.key_points]
    yield ProbeText(" ".join(f"Perhaps {uncapitalised(text)}, or perhaps not." for text in texts))
    yield ProbeText(
        " ".join(
            f"Either {uncapitalised(text)}, or {uncapitalised(negated(text))}; one of the two."
            for text in texts
        )
    )


def injection(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    """Each injection by itself."""
    yield from map(ProbeText, INJECTIONS)


def half_with_injection(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    """The first half of the reference answer with some of the injections after it."""
    half = first_half(question.reference_answer)
    for text in generator.sample(INJECTIONS, INJECTIONS_WITH_HALF):
        yield ProbeText(f"{half}\n\n{text}", half)


def padded_half(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    """The first half of the reference answer among irrelevant prose."""
    half = first_half(question.reference_answer)
    yield ProbeText(padded(half, generator), half)


def padded_reference(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    """The reference answer among irrelevant prose."""
    yield ProbeText(padded(question.reference_answer, generator), question.reference_answer)


def mistyped_reference(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    """The reference answer with typos in a tenth of its words."""
    yield ProbeText(mistyped(question.reference_answer, generator), question.reference_answer)


def respelled_reference(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    """The reference answer in the other spelling; nothing where it has no word with two."""
    text = respelled(question.reference_answer)
    if text != question.reference_answer:
        yield ProbeText(text, question.reference_answer)


def capital_reference(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    """The reference answer in capitals."""
    yield ProbeText(question.reference_answer.upper(), question.reference_answer)


def unpunctuated_reference(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    """The reference answer without punctuation."""
    yield ProbeText(unpunctuated(question.reference_answer), question.reference_answer)


def pasted_rubric(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    """The rubric's key points word for word."""
    yield ProbeText(" ".join(point.text for point in question.key_points))


def foreign_reference(bank: Sequence[Question]) -> Callable[[Question, random.Random], Iterator[ProbeText]]:
    """A probe function that answers with the reference answer of a question of another topic.

    Args:
        bank: the questions to choose from.
    """

    def make(question: Question, generator: random.Random) -> Iterator[ProbeText]:
        others = [other.reference_answer for other in bank if other.topic != question.topic]
        if others:
            yield ProbeText(generator.choice(others))

    return make


def probes(bank: Sequence[Question]) -> tuple[Probe, ...]:
    """All probes.

    Args:
        bank: the questions whose reference answers may stand in for another's.
    """
    loose = "The key point named is matched by words alone: put into its text what connects them."
    stated = "Say in the key point something that the question does not say."
    firm = (
        "The key point hangs on the wording of one sentence: say it more plainly in the reference answer, or"
        " give another phrasing under examples."
    )
    chance = "The key point named is near its threshold: make its text more specific."
    return (
        Probe("question-restated", Harm.EARNS, question_restated, "the question restated", stated),
        Probe("key-terms", Harm.EARNS, key_terms, "a list of the key points' terms", loose),
        Probe("shuffled", Harm.EARNS, shuffled_reference, "the reference answer in shuffled words", loose),
        Probe(
            "negated",
            Harm.EARNS,
            negated_reference,
            "the reference answer negated",
            "Write the contrary of the key point into the rubric as a misconception; such an answer then"
            " loses its penalty, whatever it is credited for.",
            JUDGES_FAULT,
        ),
        Probe(
            "foreign-reference",
            Harm.EARNS,
            foreign_reference(bank),
            "the reference answer of a question of another topic",
            "Say in the key point what it is about, unless the two questions are related.",
        ),
        Probe(
            "hedged",
            Harm.EARNS,
            hedged_key_points,
            "“it is so or it is not so” of every key point",
            "Look at such answers yourself; no wording of a rubric helps against them.",
            JUDGES_FAULT,
        ),
        Probe("injection", Harm.EARNS, injection, "a text that only speaks to the grader", chance),
        Probe("padded-half", Harm.GAINS, padded_half, "half the reference answer among idle prose", chance),
        Probe(
            "half-with-injection",
            Harm.GAINS,
            half_with_injection,
            "half the reference answer and a word to the grader",
            chance,
        ),
        Probe("padded", Harm.LOSES, padded_reference, "the reference answer among idle prose", firm),
        Probe("mistyped", Harm.LOSES, mistyped_reference, "the reference answer with typos", firm),
        Probe(
            "respelled", Harm.LOSES, respelled_reference, "the reference answer in the other spelling", firm
        ),
        Probe("capitals", Harm.LOSES, capital_reference, "the reference answer in capitals", firm),
        Probe(
            "unpunctuated",
            Harm.LOSES,
            unpunctuated_reference,
            "the reference answer without punctuation",
            firm,
        ),
        Probe(
            "rubric-pasted",
            Harm.UNNOTICED,
            pasted_rubric,
            "the rubric's own text",
            "Word the key points as sentences of a few words at least, so that a copy of them is recognised.",
        ),
    )
