import random

import pytest

from eval.training.contrast_set import Relation
from eval.training.example import CONTRADICTED, NOT_STATED, PARTIAL, SUPPORTED
from eval.training.marked_examples import Part, labels_of, marked_examples, whole
from eval.training.marked_set import KeyPoint, MarkedAnswer, MarkedField, MarkedQuestion, load_marked_set

MOON, TWICE, WIND = (
    KeyPoint(id="moon", text="The moon pulls the sea.", reversal="The sea pulls the moon."),
    KeyPoint(id="twice", text="High water comes twice a day."),
    KeyPoint(id="wind", text="The wind only makes waves."),
)
ANSWER = MarkedAnswer(
    kind="mixed",
    text="The sea is drawn up by the moon. {+moon} There are several floods. They come at six and six. "
    "{~twice:2} The wind does it all. {-wind}",
)
OTHER = MarkedAnswer(kind="wrong", text="The moon has nothing to do with it. {-moon}")
QUESTION = MarkedQuestion(
    id="tides", question="What makes the tides?", key_points=(MOON, TWICE, WIND), answers=(ANSWER, OTHER)
)


def said(*parts: Part) -> dict[str, tuple[float, float, float]]:
    return dict(labels_of(QUESTION, parts))


def without(*pieces: int) -> Part:
    return Part(ANSWER, whole(ANSWER).taken - set(pieces))


def test_a_whole_answer_says_what_is_marked() -> None:
    found = said(whole(ANSWER))
    assert found[MOON.text] == SUPPORTED
    assert found[TWICE.text] == PARTIAL
    assert found[WIND.text] == CONTRADICTED


def test_an_answer_without_the_words_for_a_key_point_does_not_state_it() -> None:
    found = said(without(0, 3))
    assert found[MOON.text] == found[WIND.text] == NOT_STATED


def test_a_key_point_of_which_half_the_words_are_left_is_left_out() -> None:
    assert TWICE.text not in said(without(1))


def test_what_two_answers_say_differently_is_left_out() -> None:
    found = said(whole(ANSWER), whole(OTHER))
    assert MOON.text not in found
    assert found[WIND.text] == CONTRADICTED


def test_what_one_of_two_answers_states_is_stated() -> None:
    assert said(whole(ANSWER), Part(OTHER, frozenset()))[MOON.text] == SUPPORTED


@pytest.fixture(scope="module")
def few() -> list[MarkedField]:
    return load_marked_set("train")[:2]


def test_targets_are_shares_one_for_each_proposition(few: list[MarkedField]) -> None:
    for example in marked_examples(few, random.Random(1)):
        assert len(example.propositions) == len(example.targets) >= 1
        assert example.text.strip()
        assert "{" not in example.text


def test_the_same_seed_gives_the_same_examples(few: list[MarkedField]) -> None:
    once, again = (list(marked_examples(few, random.Random(5))) for _ in range(2))
    assert once == again
    assert once != list(marked_examples(few, random.Random(6)))


def test_relations_are_those_of_the_marks() -> None:
    assert ANSWER.relations == {
        "moon": Relation.SUPPORTED,
        "twice": Relation.PARTIAL,
        "wind": Relation.CONTRADICTED,
    }
