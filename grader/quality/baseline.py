"""What changed since a baseline: figures that were kept, compared with new ones.

A loss fails where it is more than noise: it is larger than ``NOTABLE``, and the new figure's 95%
interval does not hold the old figure. Both figures are mostly of the same answers, so that this is
cautious: few losses that are noise are called real, and some small real ones are called noise. A
figure without an interval rests on no sample; it changes only when the bank or the judge does, so
that any loss of it above ``NOTABLE`` is real.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.errors import UserError
from grader.quality.evaluation_values import Evaluation
from grader.quality.figure_text import subject, written, written_measure
from grader.quality.measures import Group, Measure

SCHEMA = 1
"""The version of the file."""

DIGITS = 4
"""Decimals that are kept of a figure."""

NOTABLE = 0.005
"""A loss no larger than this never fails."""

Key = tuple[str, str, str, str]
"""Name, group, question and key point, as in ``Measure.key``."""


class ChangeKind(StrEnum):
    """What happened to a figure."""

    WORSE = "worse"
    BETTER = "better"
    NEW = "new"
    GONE = "gone"
    JUDGE = "judge"


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is not as it was.

    Attributes:
        kind: what happened; ``JUDGE`` is not of a figure, but says that another judge made them.
        key: which figure, as ``Measure.key`` tells it.
        before: the old figure; None if there was none.
        after: the new figure; None if there is none.
        fails: whether it is a loss that is more than noise.
        line: what to tell, with the figures.
    """

    kind: ChangeKind
    key: Key
    before: float | None
    after: float | None
    fails: bool
    line: str


class KeptFigure(BaseModel):
    """One figure of a baseline, as the file holds it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    measure: str
    group: str = str(Group.ALL)
    question: str = ""
    key_point: str = ""
    value: float = Field(allow_inf_nan=False)

    @property
    def key(self) -> Key:
        """What tells this figure from all others."""
        return self.measure, self.group, self.question, self.key_point


class Baseline(BaseModel):
    """The figures of an evaluation that later ones are compared with.

    Attributes:
        schema_version: of the file, ``schema`` there.
        judge: name and version of the judge.
        measures: sorted by their keys.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    schema_version: int = Field(alias="schema", ge=SCHEMA, le=SCHEMA)
    judge: str
    measures: tuple[KeptFigure, ...] = Field(strict=False)


def write_baseline(evaluation: Evaluation, path: Path) -> None:
    """Keep an evaluation's figures: the same ones make the same bytes, a line each.

    Args:
        evaluation: of a whole bank.
        path: where it goes, such as ``eval/baseline.json``; what is there is replaced.

    Raises:
        UserError: the evaluation is of a part of the bank, or the file cannot be written.
    """
    if not evaluation.whole:
        raise UserError(f"{path}: a baseline is of a whole bank; evaluate it without --question")
    figures = ",\n".join(f"  {json.dumps(row)}" for row in _rows(evaluation))
    judge = json.dumps(_judge(evaluation))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f'{{"schema": {SCHEMA}, "judge": {judge}, "measures": [\n{figures}\n]}}\n',
            encoding="utf-8",
            newline="\n",
        )
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error


def read_baseline(path: Path) -> Baseline:
    """Read what ``write_baseline`` wrote.

    Raises:
        UserError: the file is missing or is no baseline; the message says how to make one.
    """
    remedy = "make it anew with `grade evaluate --write-baseline`"
    try:
        return Baseline.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file; {remedy}") from error
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = f"{where}: {first['msg']}" if where else first["msg"]
        raise UserError(f"{path}: this is no baseline ({problem}); {remedy}") from error


def compare(evaluation: Evaluation, baseline: Baseline) -> tuple[Change, ...]:
    """Say what changed.

    Of a part of a bank only its questions' own figures are compared: a figure of a group would be
    of other questions than before.

    Args:
        evaluation: the new figures.
        baseline: the old ones.

    Returns:
        A change of judge; losses that fail; other losses; gains; each the largest first; then what is
        new and what is gone. Figures that are the same to four decimals are left out.
    """
    before = {one.key: one.value for one in baseline.measures if _comparable(one.question, evaluation)}
    after = {one.key: one for one in evaluation.measures if _comparable(one.question or "", evaluation)}
    changed = [_changed(after[key], before[key]) for key in sorted(before.keys() & after.keys())]
    moved = sorted((one for one in changed if one.before != one.after), key=_rank)
    return (
        *_other_judge(evaluation, baseline),
        *moved,
        *(_new(after[key]) for key in sorted(after.keys() - before.keys())),
        *(_gone(key, before[key]) for key in sorted(before.keys() - after.keys())),
    )


def _rows(evaluation: Evaluation) -> Iterator[dict[str, str | float]]:
    for measure in sorted(evaluation.measures, key=lambda one: one.key):
        names = zip(("measure", "group", "question", "key_point"), measure.key, strict=True)
        kept = {name: value for name, value in names if value and value != Group.ALL}
        yield {**kept, "value": _rounded(measure.value)}


def _rounded(value: float) -> float:
    return round(value, DIGITS) + 0.0  # no negative zero


def _judge(evaluation: Evaluation) -> str:
    return f"{evaluation.judge} {evaluation.judge_version}"


def _comparable(question: str, evaluation: Evaluation) -> bool:
    return evaluation.whole or question in evaluation.questions


def _other_judge(evaluation: Evaluation, baseline: Baseline) -> Iterator[Change]:
    judge = _judge(evaluation)
    if judge != baseline.judge:
        line = f"the judge is {judge}, and that of the baseline was {baseline.judge}"
        yield Change(ChangeKind.JUDGE, ("judge", "", "", ""), None, None, False, line)


def _changed(measure: Measure, before: float) -> Change:
    after = _rounded(measure.value)
    gain = after - before if measure.higher_is_better else before - after
    noise = measure.interval is not None and (
        _rounded(measure.interval.low) <= before <= _rounded(measure.interval.high)
    )
    fails = round(-gain, DIGITS) > NOTABLE and not noise
    kind = ChangeKind.WORSE if gain < 0 else ChangeKind.BETTER
    line = f"{subject(*measure.key)} was {written(before)} and is {written_measure(measure)}: {kind}"
    if gain < 0 and not fails:
        line += ", but no more than noise"
    return Change(kind, measure.key, before, after, fails, line)


def _rank(change: Change) -> tuple[bool, bool, float, Key]:
    size = abs((change.after or 0.0) - (change.before or 0.0))
    return not change.fails, change.kind is not ChangeKind.WORSE, -size, change.key


def _new(measure: Measure) -> Change:
    line = f"{subject(*measure.key)} is new: {written_measure(measure)}"
    return Change(ChangeKind.NEW, measure.key, None, _rounded(measure.value), False, line)


def _gone(key: Key, before: float) -> Change:
    line = f"{subject(*key)} was {written(before)} and is no longer measured"
    return Change(ChangeKind.GONE, key, before, None, False, line)
