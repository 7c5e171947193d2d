from pathlib import Path

import click
import pytest
import yaml

from eval.data import HELD_OUT
from eval.training.contrast_set import Relation
from eval.training.marked_set import Mark, MarkedAnswer, MarkedField, load_marked_set
from grader.bank import Bank


@pytest.fixture(scope="module")
def fields() -> list[MarkedField]:
    return load_marked_set()


def answer(text: str) -> MarkedAnswer:
    return MarkedAnswer(kind="mixed", text=text)


def field_with(text: str) -> dict[str, object]:
    question = {
        "id": "q",
        "question": "Why is that?",
        "key_points": [{"id": "a", "text": "Water boils at a hundred degrees."}],
        "answers": [{"kind": "mixed", "text": text}],
    }
    return {"field": "physics", "writer": "1", "fold": "train", "questions": [question]}


def test_a_mark_belongs_to_the_sentence_before_it() -> None:
    pieces = answer("I saw it. It boils at 100. {+a} Then it is gone. {-b ~c} We went home.").pieces
    assert pieces.texts == ("I saw it.", "It boils at 100.", "Then it is gone.", "We went home.")
    assert pieces.marks == (
        Mark("a", Relation.SUPPORTED, 1, 1),
        Mark("b", Relation.CONTRADICTED, 2, 2),
        Mark("c", Relation.PARTIAL, 2, 2),
    )


def test_a_mark_inside_a_sentence_belongs_to_its_beginning() -> None:
    pieces = answer("hot water boils {+a}, cold water freezes {+b}. yes").pieces
    assert pieces.texts == ("hot water boils,", "cold water freezes.", "yes")
    assert [(mark.key_point, mark.first) for mark in pieces.marks] == [("a", 0), ("b", 1)]


def test_a_mark_with_a_number_takes_so_many_sentences() -> None:
    (mark,) = answer("First this. Then that. So it is. {+a:2}").pieces.marks
    assert (mark.first, mark.last) == (1, 2)


def test_an_answer_reads_as_if_nobody_had_marked_it() -> None:
    assert answer("Hot {+a}, then cold. {-b} Done.").plain == "Hot, then cold. Done."


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("It boils. {a}", "is not a mark"),
        ("{+a} It boils.", "stands before any words"),
        ("It boils. {+b}", "no key point b"),
        ("It boils. {+a} It does not. {-a}", "two signs for a"),
    ],
)
def test_what_is_marked_wrongly_is_refused_with_the_files_name(
    tmp_path: Path, text: str, complaint: str
) -> None:
    (tmp_path / "physics.yaml").write_text(yaml.safe_dump(field_with(text)))
    with pytest.raises(click.ClickException, match=complaint) as caught:
        load_marked_set(folder=tmp_path)
    assert "physics.yaml" in caught.value.message


def test_the_set_is_as_large_as_it_claims(fields: list[MarkedField]) -> None:
    verdicts = sum(len(q.key_points) * len(q.answers) for field in fields for q in field.questions)
    assert verdicts >= 13_000
    assert {field.fold for field in fields} == {"train", "dev"}


def test_no_id_of_a_question_is_there_twice_in_a_field(fields: list[MarkedField]) -> None:
    for field in fields:
        ids = [question.id for question in field.questions]
        assert len(set(ids)) == len(ids), field.field


def test_no_text_of_the_bank_is_in_it(fields: list[MarkedField]) -> None:
    held_out = [question for question in Bank.open() if question.id in HELD_OUT]
    texts = {q.question.lower() for q in held_out}
    texts |= {text.lower() for q in held_out for point in q.key_points for text in point.phrasings}
    for field in fields:
        for question in field.questions:
            own = {question.question, *(point.text for point in question.key_points)}
            assert not texts & {text.lower() for text in own}
