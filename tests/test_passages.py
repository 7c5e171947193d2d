import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.passages import Answer, Passage
from grader.texts import MAXIMUM_CHARACTERS

PROSE = st.text(
    alphabet=st.one_of(st.sampled_from(list(" .,;:!?()\n\r\t-*•–'\"<>&/#$\\{}0123456789")), st.characters()),
    max_size=300,
)


def texts(answer: Answer) -> list[str]:
    return [sentence.passage.text for sentence in answer.sentences]


def all_passages(answer: Answer) -> list[Passage]:
    return [p for s in answer.sentences for p in (s.passage, *s.clauses)]


@given(PROSE)
@settings(max_examples=300)
def test_the_quoted_text_is_always_the_text_at_its_offsets(text: str) -> None:
    for passage in all_passages(Answer.of(text)):
        assert text[passage.start : passage.end] == passage.text


@given(PROSE)
@settings(max_examples=300)
def test_passages_are_in_order_without_overlap_and_hold_words(text: str) -> None:
    answer = Answer.of(text)
    end = 0
    for sentence in answer.sentences:
        assert end <= sentence.passage.start < sentence.passage.end
        end = sentence.passage.end
        clause_end = sentence.passage.start
        for clause in sentence.clauses:
            assert clause_end <= clause.start < clause.end <= end
            clause_end = clause.end


@given(PROSE)
def test_no_word_is_lost_between_sentences(text: str) -> None:
    answer = Answer.of(text)
    covered = {i for s in answer.sentences for i in range(s.passage.start, s.passage.end)}
    left = "".join(" " if i in covered else character for i, character in enumerate(answer.view))
    # Only list markers ("1)", "a.") may fall out.
    assert all(len(word) <= 3 for word in re.findall(r"\w+", left))


@given(PROSE, st.data())
def test_a_run_of_clauses_is_quoted_with_its_own_offsets(text: str, data: st.DataObject) -> None:
    for sentence in Answer.of(text).sentences:
        first = data.draw(st.integers(0, len(sentence.clauses) - 1))
        end = data.draw(st.integers(first + 1, len(sentence.clauses)))
        run = sentence.between(first, end)
        assert text[run.start : run.end] == run.text


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It votes. It averages!", ["It votes.", "It averages!"]),
        ("trees vote. then they average", ["trees vote.", "then they average"]),
        ("Use k = 3.5, e.g. for trees, i.e. many.", ["Use k = 3.5, e.g. for trees, i.e. many."]),
        ("Trees vote.Then they average.", ["Trees vote.", "Then they average."]),
        ("- bagging\n- boosting\n* stacking", ["bagging", "boosting", "stacking"]),
        ("1) bagging\n2) boosting", ["bagging", "boosting"]),
        ("many trees\nvoting\nlow variance", ["many trees", "voting", "low variance"]),
        ("<ul><li>bagging</li><li>boosting</li></ul>", ["bagging", "boosting"]),
        ("", []),
        ("🌲🌳 ... !!!", []),
    ],
)
def test_sentences_list_items_and_lines_are_parted(text: str, sentences: list[str]) -> None:
    assert texts(Answer.of(text)) == sentences


def test_lines_that_an_editor_wrapped_are_one_sentence() -> None:
    text = (
        "A random forest is an ensemble of decision trees which are\n"
        "trained on bootstrap samples of the rows and then averaged\n"
        "over all trees.\n\nIt lowers variance."
    )
    assert len(Answer.of(text).sentences) == 2


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_parts_lines(line_end: str) -> None:
    assert texts(Answer.of(line_end.join(["many trees", "voting"]))) == ["many trees", "voting"]


@pytest.mark.parametrize("space", ["\u00a0", "\u2009", "\u3000", "\u202f", "\t"])
def test_a_space_of_another_kind_is_a_space(space: str) -> None:
    text = f"It is plan{space}A{space}. It averages!"
    assert texts(Answer.of(text)) == [f"It is plan{space}A{space}.", "It averages!"]


def test_right_to_left_text_keeps_its_offsets() -> None:
    text = "יער אקראי משלב עצים. הם מצביעים."
    assert texts(Answer.of(text)) == ["יער אקראי משלב עצים.", "הם מצביעים."]


def test_a_sentence_is_cut_at_its_clauses() -> None:
    (sentence,) = Answer.of(
        "The trees vote, because that lowers the variance; regression takes the mean."
    ).sentences
    assert [clause.text for clause in sentence.clauses] == [
        "The trees vote",
        "because that lowers the variance",
        "regression takes the mean.",
    ]


def test_an_enumeration_is_cut_at_its_commas() -> None:
    (sentence,) = Answer.of(
        "bagging, boosting, random forest, decision tree, variance, majority vote"
    ).sentences
    assert len(sentence.clauses) == 6


def test_a_stretch_without_any_separator_is_cut_all_the_same() -> None:
    (sentence,) = Answer.of(" ".join(["word"] * 200)).sentences
    assert all(len(clause.text.split()) <= 30 for clause in sentence.clauses)
    assert sum(len(clause.text.split()) for clause in sentence.clauses) == 200


@pytest.mark.parametrize(
    "unit", ["word ", "a. ", "\"'", "((", "- \n", "<p>", "&amp;", "\n", "x;", "e.g. ", "🌲"]
)
def test_the_longest_answer_is_cut_whatever_it_is_made_of(unit: str) -> None:
    text = (unit * MAXIMUM_CHARACTERS)[:MAXIMUM_CHARACTERS]
    for passage in all_passages(Answer.of(text)):
        assert text[passage.start : passage.end] == passage.text
