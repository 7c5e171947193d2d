"""The bank's golden answers, as what is fitted and measured on.

One file of ``eval/golden/`` holds the answers to one question (see ``grader.quality.golden``). The
held-out half is never used to fit or to choose anything.
"""

from pathlib import Path

import click

from eval.data import HELD_OUT, LabelledAnswer
from grader.bank import Bank, Question
from grader.errors import UserError
from grader.quality import golden
from grader.quality.golden import GoldenAnswer, GoldenQuestion

GOLDEN = Path(__file__).parent / "golden"


def load_golden(
    bank: Bank, held_out: bool, folder: Path = GOLDEN
) -> list[tuple[LabelledAnswer, GoldenAnswer]]:
    """Read the golden answers of one half of the bank.

    Args:
        bank: the questions.
        held_out: whether of the half that nothing is fitted on.
        folder: where the files are.

    Returns:
        Each answer with its scores (1 for covered, 0.5 for partly covered key points, 1 for asserted
        misconceptions, 0 for all else), and as it stands in the file.

    Raises:
        click.ClickException: a file is not valid, or is not of the half that ``eval/held_out.yaml`` says;
            the message names it.
    """
    try:
        questions = golden.load_golden(folder, bank)
    except UserError as error:
        raise click.ClickException(str(error)) from error
    for each in questions:
        _check_half(each)
    return [
        (_labelled(each.question, answer), answer)
        for each in questions
        if each.held_out == held_out
        for answer in each.answers
    ]


def _check_half(golden_question: GoldenQuestion) -> None:
    """Two lists that differ could let something be fitted on what is quoted."""
    name, listed = golden_question.question.id, golden_question.question.id in HELD_OUT
    if golden_question.held_out != listed:
        is_or_not = "has" if listed else "does not have"
        raise click.ClickException(
            f"{golden_question.path}: held_out is {str(golden_question.held_out).lower()}, "
            f"but eval/held_out.yaml {is_or_not} {name}; make them the same"
        )


def _labelled(question: Question, answer: GoldenAnswer) -> LabelledAnswer:
    half, whole = set(answer.partly), {*answer.covers, *answer.misconceptions}
    scores = tuple(1.0 if p.id in whole else 0.5 if p.id in half else 0.0 for p in question.propositions)
    return LabelledAnswer(question, answer.text, scores)
