import random

from hypothesis import given
from hypothesis import strategies as st

from eval.training.edits import OPPOSITES, edited_pairs, negated

TEXT = "The more data a model sees, the lower its error on new cases."


def edited(text: str, proposition: str) -> set[tuple[str, str, bool]]:
    return {pair for seed in range(30) for pair in edited_pairs(text, proposition, random.Random(seed))}


def test_an_opposite_on_one_side_no_longer_supports_and_on_both_sides_does() -> None:
    pairs = edited("With more data the error is lower.", "The error is lower with more data.")
    assert ("With more data the error is lower.", "The error is higher with more data.", False) in pairs
    assert ("With more data the error is higher.", "The error is lower with more data.", False) in pairs
    assert ("With more data the error is higher.", "The error is higher with more data.", True) in pairs


def test_two_words_change_places() -> None:
    pairs = edited("Smoke comes from fire.", "The smoke is caused by fire.")
    assert ("Smoke comes from fire.", "The fire is caused by smoke.", False) in pairs
    assert ("Fire comes from smoke.", "The fire is caused by smoke.", True) in pairs


def test_words_that_are_only_listed_do_not_change_places() -> None:
    assert not any("salt and pepper" in p for _, p, _ in edited("Pepper, salt.", "It holds pepper and salt."))


def test_a_denial_puts_not_in_or_takes_it_out() -> None:
    assert negated("The error is large.", random.Random(0)) == "The error is not large."
    assert negated("It doesn't vary.", random.Random(0)) == "It does vary."
    assert negated("Rain falls.", random.Random(0)) is None


def test_every_opposite_leads_back() -> None:
    for word, others in OPPOSITES.items():
        assert word not in others
        assert all(word in OPPOSITES[other] for other in others)


@given(st.text(max_size=80), st.text(max_size=80), st.integers(0, 99))
def test_any_texts_can_be_edited_and_something_changes(text: str, proposition: str, seed: int) -> None:
    for new_text, new_proposition, supports in edited_pairs(text, proposition, random.Random(seed)):
        assert (new_text, new_proposition) != (text, proposition)
        assert isinstance(supports, bool)
