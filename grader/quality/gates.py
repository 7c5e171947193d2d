"""What a bank is held to: thresholds, each with its reason, compared with what was measured.

A gate compares the interval and not only the point: it fails where the figure is on the wrong side of
the threshold *and* even the favourable end of its 95% interval is. A bank that is just as good as its
gate asks fails it with about one sample of answers in forty, since the interval leaves 2.5% on either
side, be they many or few; the fewer they are, the worse it must be to fail. A figure without an interval
rests on no sample, and its point decides.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.quality.evaluation_values import Evaluation
from grader.quality.figure_text import shown, subject, written_measure, written_threshold
from grader.quality.measures import Group, Measure
from grader.yaml_files import nearest


class Bound(StrEnum):
    """On which side of its threshold a figure has to be."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class Gate:
    """A threshold.

    Attributes:
        measure: the name of what is measured.
        bound: whether the threshold is the least or the most.
        threshold: with three decimals at most; the figure itself is compared as it is shown.
        reason: why it is this one.
        group: the part of the bank whose figure is compared.
        question: the id of the one question whose figure is compared, instead of a group's.
        each_question: whether every question is held to it that has such a figure, and that no gate
            of its own holds to another threshold.
        place: the file and line where it is written.
    """

    measure: str
    bound: Bound
    threshold: float
    reason: str
    group: Group = Group.ALL
    question: str | None = None
    each_question: bool = False
    place: str = ""

    @property
    def text(self) -> str:
        """What is asked for: ``key-point-f1 of pca: at least 0.8``."""
        question = "each question" if self.each_question else self.question or ""
        return f"{subject(self.measure, self.group, question)}: {self.wanted}"

    @property
    def wanted(self) -> str:
        """The bound and the threshold: ``at least 0.8``."""
        return f"{self.bound} {written_threshold(self.threshold)}"

    def admits(self, value: float) -> bool:
        """Whether a figure is on the right side of the threshold."""
        if self.bound is Bound.AT_LEAST:
            return shown(value) >= self.threshold
        return shown(value) <= self.threshold


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """What became of a gate; one that is for each question has an outcome for each of them.

    Attributes:
        gate: what was asked for.
        measure: the figure; None where nothing was measured.
        holds: whether it is good enough. Where nothing was measured in a whole bank it is not; in a
            part of one, whose gates for other parts are not checked, it is.
        line: what to tell, with the figures.
    """

    gate: Gate
    measure: Measure | None
    holds: bool
    line: str

    @property
    def checked(self) -> bool:
        """Whether there was anything to compare, or should have been."""
        return self.measure is not None or not self.holds

    @property
    def close(self) -> bool:
        """Whether it holds only since the figure is not certain."""
        return self.measure is not None and self.holds and not self.gate.admits(self.measure.value)


def check_gates(gates: Sequence[Gate], evaluation: Evaluation) -> tuple[GateOutcome, ...]:
    """Hold an evaluation to gates.

    Args:
        gates: as ``gate_files.read_gates`` gives them.
        evaluation: what was measured.

    Returns:
        At least one outcome for each gate, in order.
    """
    own = {(gate.measure, gate.bound, gate.question or "") for gate in gates}
    check = _Check(evaluation, evaluation.by_key, own)
    return tuple(outcome for gate in gates for outcome in check.outcomes(gate))


@dataclass(frozen=True, slots=True)
class _Check:
    """What gates are held against, and which questions have which gates of their own."""

    evaluation: Evaluation
    measures: Mapping[tuple[str, str, str, str], Measure]
    own: Collection[tuple[str, Bound, str]]

    def outcomes(self, gate: Gate) -> list[GateOutcome]:
        if gate.each_question:
            return self._of_each_question(gate)
        # A group's figure of some of its questions is not what the gate is about.
        comparable = self.evaluation.whole or gate.question in self.evaluation.questions
        measure = self.measures.get((gate.measure, gate.group, gate.question or "", ""))
        return [_compared(gate, measure) if measure and comparable else self._nothing(gate, comparable)]

    def _of_each_question(self, gate: Gate) -> list[GateOutcome]:
        held = [
            question
            for question in self.evaluation.questions
            if (gate.measure, gate.bound, question) not in self.own
        ]
        found = [self.measures.get((gate.measure, Group.ALL, question, "")) for question in held]
        outcomes = [_compared(gate, measure) for measure in found if measure]
        return outcomes or [self._nothing(gate, bool(held) and self.evaluation.whole)]

    def _nothing(self, gate: Gate, fails: bool) -> GateOutcome:
        what = gate.text.removesuffix(f": {gate.wanted}")
        if not fails:
            return GateOutcome(gate, None, True, f"{what} was not checked: it takes other questions")
        line = f"{what} was not measured; wanted is {gate.wanted}"
        names = {measure.name for measure in self.evaluation.measures}
        hint = "" if gate.measure in names else nearest(gate.measure, sorted(names), "")
        return GateOutcome(gate, None, False, f"{line}; {hint}" if hint else line)


def _compared(gate: Gate, measure: Measure) -> GateOutcome:
    ends = measure.interval
    favourable = measure.value
    if ends is not None:
        favourable = ends.high if gate.bound is Bound.AT_LEAST else ends.low
    admitted = gate.admits(measure.value)
    holds = admitted or gate.admits(favourable)
    what = subject(measure.name, measure.group, measure.question or "")
    line = f"{what} is {written_measure(measure)}; wanted is {gate.wanted}"
    if holds and not admitted:
        line += ", which is within its uncertainty"
    return GateOutcome(gate, measure, holds, line)
