from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from grader import Bank, UserError
from grader.bank import Question

MakeBank = Callable[..., Path]


def test_the_projects_own_bank_is_well_formed() -> None:
    bank = Bank.open()
    assert bank.problems() == ()
    assert len(bank) == 41


@pytest.mark.parametrize("question", list(Bank.open()), ids=lambda question: question.id)
def test_a_rubric_keeps_to_the_standard_of_the_bank(question: Question) -> None:
    assert 4 <= len(question.key_points) <= 8
    assert 1 <= len(question.misconceptions) <= 3
    assert 100 <= len(question.reference_answer.split()) <= 220
    assert sum(point.required for point in question.key_points) <= 2
    texts = [point.text for point in question.key_points]
    assert len({text.lower() for text in texts}) == len(texts)
    for text in texts:
        assert text.endswith(".")
        assert text not in question.reference_answer


def test_a_question_is_read_with_its_defaults(make_bank: MakeBank) -> None:
    question = Bank.open(make_bank())["tides"]
    moon, twice = question.key_points
    assert (moon.weight, moon.required) == (2.0, True)
    assert (twice.weight, twice.required, twice.examples) == (1.0, False, ())
    assert question.misconceptions[0].penalty == 0.1
    assert question.reference_answer.startswith("The moon attracts")


def test_a_question_cannot_be_changed(make_bank: MakeBank) -> None:
    question = Bank.open(make_bank())["tides"]
    with pytest.raises(ValidationError):
        question.topic = "rivers"


def test_only_the_question_that_is_asked_for_is_read(make_bank: MakeBank) -> None:
    folder = make_bank()
    (folder / "rubrics" / "broken.yaml").write_text("{")
    assert Bank.open(folder)["tides"].id == "tides"


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("radnom-forest", "random-forest"),
        ("random_forest", "random-forest"),
        ("PCA", "pca"),
        ("overfitting", "prevent-overfitting"),
    ],
)
def test_a_misspelt_question_is_answered_with_the_nearest(misspelt: str, meant: str) -> None:
    with pytest.raises(UserError, match=f"did you mean .*{meant}"):
        Bank.open()[misspelt]


def test_a_question_like_no_other_is_answered_with_how_to_list_them() -> None:
    with pytest.raises(UserError, match="`grade questions` lists them"):
        Bank.open()["zzzz"]


def test_a_folder_that_is_no_bank_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no rubrics here"):
        Bank.open(tmp_path)
    with pytest.raises(UserError, match="no such folder"):
        Bank.open(tmp_path / "nowhere")


def test_problems_names_every_file_that_is_wrong(make_bank: MakeBank) -> None:
    folder = make_bank()
    (folder / "rubrics" / "broken.yaml").write_text("{")
    (folder / "rubrics" / "other.yml").write_text("id: other")
    (folder / "reference_answers" / "lonely.md").write_text("Nobody asks.")
    problems = Bank.open(folder).problems()
    assert len(problems) == 3
    assert any("broken" in p for p in problems)
    assert any("there is no rubrics/lonely.yaml" in p for p in problems)
    assert any("rename it to other.yaml" in p for p in problems)
