"""An evaluation as a JUnit report, which every CI shows.

There is a suite for the whole bank, one for each question, one for the gates and one for what changed
since a baseline. A test case of the bank or of a question is one figure, and fails where a gate on just
this figure fails; a test case of the gates is a line of their file, and fails where one of its figures
does. So a failure stands both where an author of a rubric looks for it and where an author of gates does.

What is written keeps to the schema of Jenkins' xUnit plugin (junit-10.xsd), the narrowest in use.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO
from xml.etree import ElementTree as Xml

from grader.quality.baseline import Change, ChangeKind
from grader.quality.evaluation_values import Evaluation
from grader.quality.figure_text import subject, written_measure
from grader.quality.gates import GateOutcome
from grader.quality.measures import Measure
from grader.reports.html_page import presentable
from grader.reports.quality_figures import State, close_text, gate_rows

BANK = "whole bank"
GATES = "gates of the bank"
BASELINE = "changes since the baseline"
"""The suites besides those of the questions; no question's id holds a space."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A test case: what it tells, why it fails, and whether it was left out; each empty if not."""

    name: str
    told: str = ""
    failure: str = ""
    skipped: str = ""


def write_quality_junit(
    evaluation: Evaluation, outcomes: Sequence[GateOutcome], changes: Sequence[Change], stream: TextIO
) -> None:
    """Write an evaluation as JUnit XML, in ASCII, so that any stream takes it.

    Args:
        evaluation: what was measured.
        outcomes: what became of the gates; empty if there are none.
        changes: what changed since a baseline; empty if there is none.
        stream: where to write.
    """
    failures = _failures(outcomes)
    suites = [
        (BANK, _figures(evaluation, None, failures)),
        *((question, _figures(evaluation, question, failures)) for question in evaluation.questions),
        (GATES, list(_gates(outcomes))),
        (BASELINE, list(_changes(changes))),
    ]
    elements = [_suite(name, cases) for name, cases in suites if cases]
    tests, failing = (str(sum(int(one.attrib[key]) for one in elements)) for key in ("tests", "failures"))
    root = Xml.Element("testsuites", name="grade evaluate", tests=tests, failures=failing, errors="0")
    root.extend(elements)
    Xml.indent(root)
    declaration = '<?xml version="1.0" encoding="UTF-8"?>'
    stream.write(f"{declaration}\n{Xml.tostring(root, encoding='us-ascii').decode('ascii')}\n")


def _failures(outcomes: Sequence[GateOutcome]) -> dict[tuple[str, str, str, str], str]:
    """Why a figure is not good enough, for each that is not."""
    failures: dict[tuple[str, str, str, str], list[str]] = {}
    for outcome in outcomes:
        if outcome.measure is not None and not outcome.holds:
            failures.setdefault(outcome.measure.key, []).append(outcome.line)
    return {key: "\n".join(lines) for key, lines in failures.items()}


def _figures(
    evaluation: Evaluation, question: str | None, failures: Mapping[tuple[str, str, str, str], str]
) -> list[_Case]:
    measures = (one for one in evaluation.measures if one.question == question)
    return [_Case(_name(one), written_measure(one), failures.get(one.key, "")) for one in measures]


def _name(measure: Measure) -> str:
    if measure.key_point:
        return f"{measure.name} of {measure.key_point}"
    return measure.name if measure.question else subject(measure.name, measure.group)


def _gates(outcomes: Sequence[GateOutcome]) -> Iterator[_Case]:
    for row in gate_rows(outcomes):
        failing = [outcome.line for outcome in row.outcomes if not outcome.holds]
        close = [close_text(row)] if row.close else []
        reason = f"Why: {row.gate.reason}"
        yield _Case(
            row.gate.text,
            "\n".join([*(outcome.line for outcome in row.outcomes), *close, reason]),
            "\n".join([*failing, reason]) if failing else "",
            row.outcomes[0].line if row.state is State.UNCHECKED else "",
        )


def _changes(changes: Sequence[Change]) -> Iterator[_Case]:
    for change in changes:
        if change.kind in (ChangeKind.WORSE, ChangeKind.GONE):
            yield _Case(subject(*change.key), change.line, change.line if change.fails else "")


def _suite(name: str, cases: Sequence[_Case]) -> Xml.Element:
    suite = Xml.Element(
        "testsuite",
        name=presentable(name),
        tests=str(len(cases)),
        failures=str(sum(bool(case.failure) for case in cases)),
        errors="0",
        skipped=str(sum(bool(case.skipped) for case in cases)),
    )
    suite.extend(_element(name, case) for case in cases)
    return suite


def _element(suite: str, case: _Case) -> Xml.Element:
    element = Xml.Element(
        "testcase", classname=presentable(f"grade.{suite}"), name=presentable(case.name), time="0"
    )
    if case.skipped:
        Xml.SubElement(element, "skipped", message=presentable(case.skipped))
    elif case.failure:
        first, *_ = case.failure.split("\n")
        Xml.SubElement(element, "failure", message=presentable(first)).text = presentable(case.failure)
    if case.told:
        Xml.SubElement(element, "system-out").text = presentable(case.told)
    return element
