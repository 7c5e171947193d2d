"""``nli:MODEL``: whether a proposition follows from a passage, or its contrary does."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grader.errors import UserError
from grader.judges.pairs.pair_model import FloatArray, PairModel, open_pair_model
from grader.judges.pairs.windows import Window
from grader.judges.probability_maps import DIGITS
from grader.judges.protocol import JudgeSettings, Task
from grader.judges.raw import RawFinding
from grader.passages import Passage

CONTRADICTED = 0.5
"""From here on the passage that contradicts is the one to show, where none supports."""

_ENTAILMENT = re.compile(r"entail(?:s|ed|ment)?|support(?:s|ed)?", re.IGNORECASE)
_CONTRADICTION = re.compile(r"contradict(?:s|ed|ion|ory)?|refute[sd]?", re.IGNORECASE)
_NUMBERED = re.compile(r"label_\d+", re.IGNORECASE)


class Meanings(NamedTuple):
    """Which of a model's numbers stand for what.

    Attributes:
        entailment: the position of the one for "it follows".
        contradiction: of the one for "its contrary follows"; None for a model that does not tell it.
    """

    entailment: int
    contradiction: int | None


class NliJudge:
    """Asks whether the propositions follow from the windows of an answer; see ``RawJudge``."""

    def __init__(self, name: str, model: PairModel, meanings: Meanings) -> None:
        """Make a judge; the model is loaded at the first answer.

        Args:
            name: the name by which it is asked for.
            model: a model of entailment.
            meanings: of its numbers.
        """
        self.name = name
        self.model = model
        self.meanings = meanings

    @property
    def revision(self) -> str:
        """Of the weights and the way of reading."""
        return self.model.revision

    def read(self, task: Task, nearest: Sequence[Passage | None] = ()) -> tuple[RawFinding, ...]:
        """Ask about each proposition; see ``RawJudge.read``."""
        key_points = len(task.question.key_points)
        return tuple(
            read.finding(self._of_key_point if position < key_points else self._of_misconception)
            for position, read in enumerate(self.model.read(task, proposition_first=False))
        )

    def _of_key_point(self, windows: tuple[Window, ...], scores: FloatArray) -> RawFinding:
        return entailed(windows, scores, self.meanings)

    def _of_misconception(self, windows: tuple[Window, ...], scores: FloatArray) -> RawFinding:
        """Whoever contradicts a misconception has it right: it is not asked for."""
        return entailed(windows, scores, self.meanings._replace(contradiction=None))


def entailed(windows: tuple[Window, ...], scores: FloatArray, meanings: Meanings) -> RawFinding:
    """What the numbers of a proposition's windows come to.

    Args:
        windows: at least one.
        scores: shape (windows, labels), before any softmax.
        meanings: of the labels.

    Returns:
        The log-odds that the proposition follows from the window from which it follows best, and the
        greatest probability that its contrary follows from one. As evidence the window that supports,
        else the one that contradicts, else the one that comes nearest.
    """
    numbers = scores.astype(np.float64)
    others = np.delete(numbers, meanings.entailment, axis=1)
    log_odds = numbers[:, meanings.entailment] - _log_sum(others)
    best = int(log_odds.argmax())
    raw, shown, contradiction = float(log_odds[best]), best, 0.0
    if meanings.contradiction is not None:
        contradicted = np.exp(numbers[:, meanings.contradiction] - _log_sum(numbers))
        worst = int(contradicted.argmax())
        contradiction = round(float(contradicted[worst]), DIGITS)
        if raw <= 0 and contradiction >= CONTRADICTED:
            shown = worst
    return RawFinding(raw, contradiction, windows[shown].passage)


def _log_sum(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithm of the sum of each row's exponentials."""
    sums: NDArray[np.float64] = np.logaddexp.reduce(numbers, axis=1)
    return sums


def is_of_entailment(labels: tuple[str, ...]) -> bool:
    """Whether a model with these labels tells entailment, under names that are known."""
    return any(map(_ENTAILMENT.fullmatch, labels))


def find_meanings(labels: tuple[str, ...], place: str) -> Meanings:
    """Which labels mean entailment and contradiction, in whatever order and case.

    Args:
        labels: at least two.
        place: where the model is, for the error message.

    Raises:
        UserError: their names don't say which.
    """
    if all(map(_NUMBERED.fullmatch, labels)):
        raise UserError(
            f"{place}: which of {', '.join(labels)} is entailment can't be told; "
            "name them under id2label in its config.json"
        )
    entailment, contradiction = (
        [position for position, label in enumerate(labels) if meaning.fullmatch(label.strip())]
        for meaning in (_ENTAILMENT, _CONTRADICTION)
    )
    if len(entailment) != 1 or len(contradiction) > 1:
        raise UserError(
            f"{place}: its labels ({', '.join(labels)}) are not those of a model of entailment: "
            "entailment, contradiction and neutral, or entailment and not_entailment"
        )
    return Meanings(entailment[0], contradiction[0] if contradiction else None)


def open_nli(model: str, settings: JudgeSettings) -> NliJudge:
    """Open a model of entailment as a judge.

    Args:
        model: a folder, or a name in the cache of the Hugging Face hub.
        settings: device, threads.

    Raises:
        UserError: there is no such model on this machine, or its labels are not those of entailment.
    """
    opened = open_pair_model(model, settings)
    place = str(opened.weights.folder)
    if len(opened.labels) < 2:
        raise UserError(f"{place}: this model has one output, which is the judge cross-encoder:{model}")
    return NliJudge(f"nli:{model}", opened, find_meanings(opened.labels, place))
