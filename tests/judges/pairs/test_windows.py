from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.judges.pairs.windows import windows
from grader.judges.stance import stated
from grader.passages import Answer

ANSWERS = st.lists(
    st.one_of(
        st.sampled_from(
            ["The trees vote. ", "Each tree sees rows, or perhaps not. ", "\n- ", "  \t", "\n\n", "**"]
        ),
        st.text(alphabet="ab .,!?\n\u00a0é漢", max_size=40),
    ),
    max_size=12,
).map("".join)
ROOMS = st.integers(min_value=1, max_value=60)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def characters(room: int) -> Callable[[str], bool]:
    return lambda text: len(text) <= room


def words(room: int) -> Callable[[str], bool]:
    return lambda text: len(text.split()) <= room


def anything(_: str) -> bool:
    return True


def read_of(text: str, fits: Callable[[str], bool] = anything) -> list[str]:
    return [window.read for window in windows(Answer.of(text), fits)]


def test_three_sentences_are_read_together_and_then_the_whole() -> None:
    assert read_of("One is. Two is. Three is. Four is.") == [
        "One is. Two is. Three is.",
        "Two is. Three is. Four is.",
        "One is. Two is. Three is. Four is.",
    ]


@pytest.mark.parametrize("text", ["One is.", "One is. Two is.", "One is. Two is. Three is."])
def test_a_short_answer_is_read_once(text: str) -> None:
    assert read_of(text) == [text]


@pytest.mark.parametrize("text", ["", " \n", "?!", "The trees vote, or they do not."])
def test_what_states_nothing_has_no_window(text: str) -> None:
    assert read_of(text) == []


def test_sentences_that_do_not_fit_together_are_read_one_by_one() -> None:
    assert read_of("One is. Two is. Three is.", words(2)) == ["One is.", "Two is.", "Three is."]


def test_a_sentence_that_is_too_long_is_cut_between_words_and_a_word_only_where_it_has_to_be() -> None:
    assert read_of("one two three four five six", words(4)) == ["one two three", "four five six"]
    assert read_of("abcdefgh", characters(4)) == ["abcd", "efgh"]


def test_no_window_reaches_across_a_sentence_that_leaves_open_what_it_says() -> None:
    assert read_of("One is. The trees vote, or they do not. Two is.") == ["One is.", "Two is."]


def test_markup_is_not_read_but_stands_in_the_passage() -> None:
    (window,) = windows(Answer.of("The <b>trees</b>\u00a0 vote."), anything)
    assert (window.read, window.passage.text) == ("The trees vote.", "The <b>trees</b>\u00a0 vote.")


@unhurried
@given(text=ANSWERS, room=ROOMS, by_characters=st.booleans())
def test_every_word_that_is_stated_is_in_a_window_that_fits(
    text: str, room: int, by_characters: bool
) -> None:
    answer = Answer.of(text)
    fits = characters(room) if by_characters else words(room)
    found = windows(answer, fits)
    covered = {i for window in found for i in range(window.passage.start, window.passage.end)}
    for sentence in stated(answer).sentences:
        start, end = sentence.passage.start, sentence.passage.end
        assert all(i in covered for i in range(start, end) if not answer.view[i].isspace())
    for window in found:
        passage = window.passage
        assert text[passage.start : passage.end] == passage.text
        assert window.read == " ".join(answer.view[passage.start : passage.end].split())
        assert window.read
        assert fits(window.read)


@unhurried
@given(text=ANSWERS, room=ROOMS)
def test_there_are_as_many_windows_as_sentences_and_pieces_at_most(text: str, room: int) -> None:
    answer = Answer.of(text)
    # Each cut halves what is too long, so a piece has more than a quarter of the room, but for rounding
    # and the blanks between words.
    pieces = sum(1 + 8 * len(s.passage.text) // room for s in answer.sentences)
    found = windows(answer, characters(room))
    assert len(found) <= 2 * pieces
    assert len(windows(answer, anything)) <= max(1, 2 * len(answer.sentences))
    assert len(set(found)) == len(found)
