"""What the marked answers give in one pass.

Each answer comes as it is; with the words for some key points taken out and sentences about something
else put in; mixed with what somebody else answered; and its marked words come alone. So the credit for a
key point comes and goes with the words that earn it, in answers that are otherwise the same. Now and then
the words are shuffled, or the answer is one to a question of another field: neither states anything.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from eval.training.contrast_examples import TARGETS
from eval.training.contrast_set import Relation
from eval.training.example import NOT_STATED, SCRAMBLED, Example, Labels, Target, make_example
from eval.training.marked_set import KeyPoint, MarkedAnswer, MarkedField, MarkedQuestion

SOURCE = "marked"

TAKEN_OUT = 0.45
"""How often the words for a key point are taken out of an answer that is thinned."""

KEPT_ASIDES = 0.8
"""How often a sentence that earns nothing stays in an answer that is thinned or mixed."""

TURNS_OF_SHORT = 2
"""How often a short answer comes in a pass; an essay comes in several pieces anyway."""

MOST_PADDING = 4
"""Sentences about something else that are put into an answer."""

SHUFFLED = 0.15
FOREIGN = 0.3
"""How often an answer's words are shuffled, and how often an answer to something else takes its place."""

WITH_STRANGER = 0.3
"""How often an answer is held against a key point of another question too."""


class Part(NamedTuple):
    """Which pieces of an answer are taken: all of them, or some."""

    answer: MarkedAnswer
    taken: frozenset[int]


def marked_examples(fields: Iterable[MarkedField], generator: random.Random) -> Iterator[Example]:
    """What the marked answers give in one pass.

    Args:
        fields: of the set.
        generator: of all random choices.
    """
    fields = tuple(fields)
    for field in fields:
        others = [other for other in fields if other is not field] or [field]
        for question in field.questions:
            for answer in question.answers:
                for _ in range(1 if question.wants_essay else TURNS_OF_SHORT):
                    labels = [
                        *labels_of(question, [whole(answer)]),
                        *_strangers(field, question, generator),
                    ]
                    yield make_example(SOURCE, question.question, answer.plain, labels, generator)
                if question.wants_essay:
                    yield from _essay_examples(question, answer, generator)
                yield from _stating_nothing(question, answer, others, generator)
                yield from _padded(question, answer, others, generator)


def _essay_examples(
    question: MarkedQuestion, answer: MarkedAnswer, generator: random.Random
) -> Iterator[Example]:
    other = generator.choice(question.answers)
    for parts in ([_thinned(answer, generator)], _mixed(answer, other, question, generator)):
        text = " ".join(piece for part in parts for piece in _taken(part))
        labels = labels_of(question, parts)
        if text and labels:
            yield make_example(SOURCE, question.question, text, labels, generator)
    for mark in answer.pieces.marks:
        alone = Part(answer, frozenset(range(mark.first, mark.last + 1)))
        text = " ".join(_taken(alone))
        labels = labels_of(question, [alone])
        own = [label for label in labels if label[0] == _named(question, mark.key_point).text]
        others = [label for label in labels if label not in own]
        chosen = own + generator.sample(others, min(2, len(others)))
        yield make_example(SOURCE, question.question, text, chosen, generator)


def _stating_nothing(
    question: MarkedQuestion, answer: MarkedAnswer, others: Sequence[MarkedField], generator: random.Random
) -> Iterator[Example]:
    """The answer with its words shuffled, and an answer to something else, each now and then."""
    if generator.random() < SHUFFLED:
        words = answer.plain.split()
        generator.shuffle(words)
        yield make_example(SOURCE, question.question, " ".join(words), _each(question, SCRAMBLED), generator)
    if generator.random() < FOREIGN:
        stranger = _stranger(others, generator)
        yield make_example(SOURCE, question.question, stranger.plain, _each(question, NOT_STATED), generator)


def _padded(
    question: MarkedQuestion, answer: MarkedAnswer, others: Sequence[MarkedField], generator: random.Random
) -> Iterator[Example]:
    """The answer, thinned, with sentences about something else before, in or after it."""
    part = _thinned(answer, generator)
    texts = list(_taken(part))
    place = generator.randint(0, len(texts))
    padding = [
        generator.choice(_stranger(others, generator).pieces.texts)
        for _ in range(generator.randint(1, MOST_PADDING))
    ]
    text = " ".join([*texts[:place], *padding, *texts[place:]])
    labels = labels_of(question, [part])
    if labels:
        yield make_example(SOURCE, question.question, text, labels, generator)


def _stranger(others: Sequence[MarkedField], generator: random.Random) -> MarkedAnswer:
    return generator.choice(generator.choice(generator.choice(others).questions).answers)


def _each(question: MarkedQuestion, target: Target) -> Labels:
    return [(point.text, target) for point in question.key_points]


def whole(answer: MarkedAnswer) -> Part:
    """All pieces of an answer."""
    return Part(answer, frozenset(range(len(answer.pieces.texts))))


def labels_of(question: MarkedQuestion, parts: Sequence[Part]) -> Labels:
    """What parts of answers, one after another, say of the key points of their question.

    Args:
        question: theirs.
        parts: of its answers.

    Returns:
        Propositions with their targets. Left out are key points of which words were taken that only
        together say something, and those of which the parts say different things.
    """
    labels: Labels = []
    for point in question.key_points:
        said = {relation for part in parts for relation in _said(part, point.id)}
        if len(said) > 1:
            said -= {Relation.NOT_STATED}
        if len(said) != 1 or None in said:
            continue
        (relation,) = said
        assert relation is not None
        labels.append((point.text, TARGETS[relation]))
    return labels


def _said(part: Part, key_point: str) -> set[Relation | None]:
    """What a part says of a key point: more than one thing, or None, where that is not plain."""
    marks = [mark for mark in part.answer.pieces.marks if mark.key_point == key_point]
    of_each = [frozenset(range(mark.first, mark.last + 1)) for mark in marks]
    stated = {mark.relation for mark, own in zip(marks, of_each, strict=True) if own <= part.taken}
    if stated:
        return {*stated}
    broken = any(own & part.taken for own in of_each)
    return {None} if broken else {Relation.NOT_STATED}


def _taken(part: Part) -> Iterator[str]:
    return (text for i, text in enumerate(part.answer.pieces.texts) if i in part.taken)


def _without(answer: MarkedAnswer, key_points: set[str], generator: random.Random) -> Part:
    """An answer without what it says of some key points, and without some of what earns nothing."""
    pieces = answer.pieces
    marked = {i for mark in pieces.marks for i in range(mark.first, mark.last + 1)}
    out = {
        i for mark in pieces.marks if mark.key_point in key_points for i in range(mark.first, mark.last + 1)
    }
    asides = {i for i in range(len(pieces.texts)) if i not in marked and generator.random() > KEPT_ASIDES}
    return Part(answer, frozenset(range(len(pieces.texts))) - out - asides)


def _thinned(answer: MarkedAnswer, generator: random.Random) -> Part:
    said = sorted(answer.relations)
    return _without(answer, {point for point in said if generator.random() < TAKEN_OUT}, generator)


def _mixed(
    answer: MarkedAnswer, other: MarkedAnswer, question: MarkedQuestion, generator: random.Random
) -> list[Part]:
    """Two answers that speak of different key points, one after the other."""
    first = {point.id for point in question.key_points if generator.random() < 0.5}
    second = {point.id for point in question.key_points} - first
    parts = [_without(answer, second, generator), _without(other, first, generator)]
    generator.shuffle(parts)
    return parts


def _strangers(field: MarkedField, question: MarkedQuestion, generator: random.Random) -> Labels:
    """A key point of another question of the field, which an answer to this one does not state."""
    stranger = generator.choice(field.questions)
    if stranger is question or generator.random() > WITH_STRANGER:
        return []
    return [(generator.choice(stranger.key_points).text, NOT_STATED)]


def _named(question: MarkedQuestion, key_point: str) -> KeyPoint:
    return next(point for point in question.key_points if point.id == key_point)
