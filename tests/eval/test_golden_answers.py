from pathlib import Path

import click
import pytest
import yaml

from eval.data import HELD_OUT
from eval.golden_answers import GOLDEN, load_golden
from grader.bank import Bank
from grader.quality import golden

ANSWER = {"id": "one", "tags": ["strong"], "text": "Trees vote.", "covers": ["many-trees"], "grade": 0.2}


def test_every_question_of_the_bank_has_golden_answers_of_each_kind() -> None:
    bank = Bank.open()
    both = load_golden(bank, held_out=False) + load_golden(bank, held_out=True)
    kinds: dict[str, set[str]] = {question.id: set() for question in bank}
    for labelled, answer in both:
        kinds[labelled.question.id] |= set(answer.tags)
    for tags in kinds.values():
        assert {"strong", "partial", "weak", "negated", "keywords", "off-topic"} <= tags
    assert len(both) >= 8 * len(kinds)
    assert sum(len(labelled.question.key_points) for labelled, _ in both) >= 1900


def test_halves_do_not_mix() -> None:
    bank = Bank.open()
    assert {labelled.question.id for labelled, _ in load_golden(bank, held_out=True)} == HELD_OUT
    assert not {labelled.question.id for labelled, _ in load_golden(bank, held_out=False)} & HELD_OUT


def test_scores_follow_the_labels() -> None:
    for labelled, answer in load_golden(Bank.open(), held_out=False):
        for proposition, score in zip(labelled.question.propositions, labelled.scores, strict=True):
            named = proposition.id in (*answer.covers, *answer.misconceptions)
            assert score == (1 if named else 0.5 if proposition.id in answer.partly else 0)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"covers": ["no-such-point"]}, "no-such-point"),
        ({"misconceptions": ["many-trees"]}, "many-trees"),
        ({"partly": ["many-trees"]}, "labelled twice"),
        ({"grade": 2}, "grade"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(
    tmp_path: Path, change: dict[str, object], problem: str
) -> None:
    content = {"question": "random-forest", "answers": [{**ANSWER, **change}]}
    (tmp_path / "random-forest.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(click.ClickException) as raised:
        load_golden(Bank.open(), held_out=False, folder=tmp_path)
    assert "random-forest.yaml" in raised.value.message
    assert problem in raised.value.message


def test_a_file_says_whether_it_is_held_out_as_the_list_does() -> None:
    files = golden.load_golden(GOLDEN, Bank.open())
    assert {each.question.id for each in files if each.held_out} == HELD_OUT


@pytest.mark.parametrize("held_out", [False, True])
@pytest.mark.parametrize(("name", "listed"), [("random-forest", False), ("pca", True)])
def test_a_file_that_says_otherwise_than_the_list_is_refused(
    tmp_path: Path, name: str, listed: bool, held_out: bool
) -> None:
    content = {"question": name, "held_out": not listed, "answers": [{**ANSWER, "covers": []}]}
    (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(click.ClickException, match=rf"{name}\.yaml: .*held_out\.yaml"):
        load_golden(Bank.open(), held_out=held_out, folder=tmp_path)


def test_files_are_named_after_their_question() -> None:
    for path in GOLDEN.glob("*.yaml"):
        assert yaml.safe_load(path.read_text())["question"] == path.stem
