import pytest

from grader import Bank
from grader.submissions import QuestionNames

NAMES = QuestionNames(Bank.open())


@pytest.mark.parametrize("name", ["random-forest", "Random Forest", "random_forest", " RANDOM-FOREST "])
def test_an_id_is_known_in_any_spelling(name: str) -> None:
    assert NAMES.find(name) == "random-forest"


@pytest.mark.parametrize("before", ["", "3. ", "Q2: ", "Question 4 – ", "Task 1) "])
def test_a_question_is_known_by_its_words_with_or_without_a_number(before: str) -> None:
    question = Bank.open()["random-forest"].question
    assert NAMES.find(f"{before}{question.upper()} ") == "random-forest"


@pytest.mark.parametrize("name", ["", "?", "random", "forest"])
def test_nothing_else_is_taken_for_a_question(name: str) -> None:
    assert NAMES.find(name) is None


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    assert "did you mean random-forest" in NAMES.unknown("rnadom forest")
    assert "see `grade questions`" in NAMES.unknown("x" * 500)
    assert len(NAMES.unknown("x" * 500)) < 150
