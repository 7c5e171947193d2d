"""What is fitted on: answers labelled by proposition that the network was not trained on."""

import random
from collections.abc import Sequence
from pathlib import Path

import yaml

from eval.contrast_answers import contrast_answers
from eval.data import (
    HELD_OUT,
    LabelledAnswer,
    load_essays,
    load_left_out,
    load_sides,
    reference_answers,
    restated_questions,
)
from eval.golden_answers import load_golden
from eval.marked_answers import marked_answers
from grader.bank import Bank, Question

BEETLE = "beetle train, questions left out"
PARAGRAPHS = "saf train, questions left out"
FOREIGN = "golden answers of the fitting half to other questions"
REFERENCES = "reference answers of the fitting half"
GOLDEN = "golden answers of the fitting half"
CONTRAST = "contrast set dev"
MARKED = "marked answers dev"

RELATED = Path(__file__).parents[1] / "related_questions.yaml"


def fitting_sources(data: Path) -> dict[str, list[LabelledAnswer]]:
    """The answers labelled by key point to fit on, by where they come from."""
    questions = [question for question in Bank.open() if question.id not in HELD_OUT]
    return {
        BEETLE: load_left_out(data, "beetle"),
        PARAGRAPHS: load_left_out(data, "saf"),
        "argkp dev": load_sides(data, "dev"),
        "essays of argkp dev": load_essays(data, "dev"),
        CONTRAST: [answer for answer, _ in contrast_answers("dev")],
        MARKED: marked_answers("dev"),
        GOLDEN: [_key_points_only(answer) for answer, _ in load_golden(Bank.open(), held_out=False)],
        REFERENCES: reference_answers(questions) + restated_questions(questions),
        FOREIGN: _to_another_question(questions),
    }


def _to_another_question(questions: Sequence[Question]) -> list[LabelledAnswer]:
    """Golden answers of the fitting half, each held against the rubric of a question unlike its own."""
    related = [set(group) for group in yaml.safe_load(RELATED.read_text(encoding="utf-8"))]
    generator = random.Random(0)
    foreign = []
    for answer, _ in load_golden(Bank.open(), held_out=False):
        own = answer.question.id
        unlike = [q for q in questions if q.id != own and not any({own, q.id} <= group for group in related)]
        question = generator.choice(unlike)
        nothing_said = (None,) * len(question.misconceptions)
        foreign.append(
            LabelledAnswer(question, answer.text, (0.0,) * len(question.key_points) + nothing_said)
        )
    return foreign


def _key_points_only(answer: LabelledAnswer) -> LabelledAnswer:
    nothing_said = (None,) * len(answer.question.misconceptions)
    return LabelledAnswer(
        answer.question, answer.text, answer.scores[: len(answer.question.key_points)] + nothing_said
    )
