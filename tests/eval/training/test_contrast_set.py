from collections import Counter
from pathlib import Path

import click
import pytest
import yaml

from eval.data import HELD_OUT
from eval.training.contrast_set import (
    KINDS,
    ContrastField,
    LongAnswer,
    Relation,
    labelled_texts,
    load_contrast_set,
)
from grader.bank import Bank

PROPOSITION: dict[str, object] = {
    "id": "a",
    "text": "Water boils at a hundred degrees.",
    **{kind: ["some text"] for kind in KINDS},
}
ANSWER: dict[str, object] = {
    "kind": "mixed",
    "text": "some text",
    "supported": ["a"],
    "partial": [],
    "contradicted": [],
}


def make_field(answer: dict[str, object]) -> dict[str, object]:
    question = {"id": "q", "question": "Why is that?", "propositions": [PROPOSITION], "answers": [answer]}
    return {"field": "physics", "writer": "1", "fold": "train", "questions": [question]}


@pytest.fixture(scope="module")
def fields() -> list[ContrastField]:
    return load_contrast_set()


def test_the_set_is_as_large_as_it_claims(fields: list[ContrastField]) -> None:
    propositions = sum(len(question.propositions) for field in fields for question in field.questions)
    pairs = sum(1 for field in fields for _ in labelled_texts(field))
    assert len(fields) >= 15
    assert propositions >= 500
    assert pairs >= 8000


def test_every_fold_holds_fields_from_computing_and_from_elsewhere(fields: list[ContrastField]) -> None:
    folds = {fold: {f.field for f in fields if f.fold == fold} for fold in ("train", "dev", "test")}
    assert {"databases", "economics"} <= folds["dev"]
    assert {"operating-systems", "chemistry"} <= folds["test"]
    assert len(folds["train"]) > len(folds["dev"]) + len(folds["test"])


def test_no_text_is_there_twice_in_one_question(fields: list[ContrastField]) -> None:
    for field in fields:
        for question in field.questions:
            texts = Counter(t for p in question.propositions for kind in KINDS for t in getattr(p, kind))
            assert [text for text, count in texts.items() if count > 1] == []


def test_no_question_of_the_set_is_one_of_the_bank(fields: list[ContrastField]) -> None:
    ids = {question.id for field in fields for question in field.questions}
    assert not ids & set(HELD_OUT)
    asked = {question.question.lower() for question in Bank.open()}
    assert not asked & {question.question.lower() for field in fields for question in field.questions}


def test_a_longer_answer_says_nothing_of_what_is_not_listed() -> None:
    answer = LongAnswer(kind="mixed", text="text", supported=("a",), partial=("b",), contradicted=("c",))
    assert [answer.relation(name) for name in "abcd"] == [
        Relation.SUPPORTED,
        Relation.PARTIAL,
        Relation.CONTRADICTED,
        Relation.NOT_STATED,
    ]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({**ANSWER, "supported": ["b"]}, "no proposition b"),
        ({**ANSWER, "partial": ["a"]}, "labelled twice"),
        ({**ANSWER, "kind": "odd"}, "kind"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(
    tmp_path: Path, answer: dict[str, object], problem: str
) -> None:
    path = tmp_path / "physics.yaml"
    path.write_text(yaml.safe_dump(make_field(answer)))
    with pytest.raises(click.ClickException) as raised:
        load_contrast_set(folder=tmp_path)
    assert "physics.yaml" in raised.value.message
    assert problem in raised.value.message


def test_a_text_is_labelled_by_its_kind(tmp_path: Path) -> None:
    (tmp_path / "physics.yaml").write_text(yaml.safe_dump(make_field(ANSWER)))
    (field,) = load_contrast_set("train", tmp_path)
    relations = {pair.kind: pair.relation for pair in labelled_texts(field)}
    assert relations == {**KINDS, "answer, mixed": Relation.SUPPORTED}
    assert load_contrast_set("dev", tmp_path) == []
