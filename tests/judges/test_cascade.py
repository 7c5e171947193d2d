import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from grader.bank import KeyPoint, Misconception, Question
from grader.errors import UserError
from grader.judges import Decider, Finding, Judgement, Task, Thresholds, Verdict, open_judge
from grader.judges.cascade import Cascade
from grader.judges.probability_maps import Weighing, keep_calibration
from grader.passages import Answer

QUESTION = Question(
    id="tides",
    question="What causes the tides?",
    topic="oceans",
    key_points=tuple(KeyPoint(id=name, text=f"It is {name}.") for name in ("moon", "sun", "twice")),
    misconceptions=(Misconception(id="wind", text="It is the wind."),),
    reference_answer="The moon.",
)
TASK = Task(QUESTION, Answer.of("The moon."))


class Table:
    """Looks its findings up, and notes what it was asked."""

    version = "1"
    batch = 1

    def __init__(self, name: str, found: Mapping[str, Finding], thresholds: Thresholds) -> None:
        self.name = name
        self.thresholds = thresholds
        self._found = found
        self.asked: list[tuple[str, ...]] = []

    def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
        asked = [tuple(each.id for each in task.question.propositions) for task in tasks]
        self.asked += asked
        return [Judgement(tuple(self._found[name] for name in names), 0.5, 0, 0.25) for names in asked]


def first(**probabilities: float) -> Table:
    known = {"moon": 0.9, "sun": 0.1, "twice": 0.5, "wind": 0.0} | probabilities
    findings = {name: Finding(probability, None) for name, probability in known.items()}
    return Table("first", findings, Thresholds(0.6, 0.4, 0.9))


def second(**probabilities: float) -> Table:
    known = {"moon": 0.3, "sun": 0.3, "twice": 0.3, "wind": 0.3} | probabilities
    findings = {name: Finding(probability, None) for name, probability in known.items()}
    return Table("second", findings, Thresholds(0.25, 0.2, 0.9))


def test_the_second_judge_is_asked_only_where_the_first_is_unsure() -> None:
    other = second()
    (judgement,) = Cascade(first(wind=0.3), other, (0.2, 0.8)).judge([TASK])
    assert other.asked == [("twice", "wind")]
    assert [f.probability for f in judgement.findings] == [0.9, 0.1, 0.3, 0.3]
    assert [f.decided_by and f.decided_by.name for f in judgement.findings] == [
        "first",
        "first",
        "second",
        "second",
    ]
    assert judgement.calls == 2
    assert judgement.seconds == 0.25


def test_the_ends_of_the_band_belong_to_it() -> None:
    other = second()
    Cascade(first(moon=0.8, sun=0.2), other, (0.2, 0.8)).judge([TASK])
    assert other.asked == [("moon", "sun", "twice")]


def test_where_the_first_is_sure_of_all_the_second_is_not_asked() -> None:
    other = second()
    (judgement,) = Cascade(first(twice=0.05), other, (0.2, 0.8)).judge([TASK])
    assert not other.asked
    assert judgement.calls == 0


def test_a_finding_is_read_by_the_thresholds_of_the_judge_that_decided() -> None:
    cascade = Cascade(first(), second(), (0.2, 0.8))
    (judgement,) = cascade.judge([TASK])
    assert judgement.findings[2].verdict(cascade.thresholds) is Verdict.COVERED


def test_what_the_first_calls_contradicted_is_settled() -> None:
    denied = first()
    denied.thresholds = Thresholds(0.6, 0.4, 0.9, contradicted=0.5)
    denied._found = {**denied._found, "twice": Finding(0.5, None, contradiction=0.7)}
    other = second()
    Cascade(denied, other, (0.2, 0.8)).judge([TASK])
    assert not other.asked


def test_what_the_first_could_not_score_is_asked_again() -> None:
    silent = first()
    silent._found = {**silent._found, "sun": Finding(0.5, None, unscored="no reply")}
    other = second()
    (judgement,) = Cascade(silent, other, (0.6, 0.8)).judge([TASK])
    assert other.asked == [("sun",)]
    assert not judgement.findings[1].unscored


def weighed(monkeypatch: pytest.MonkeyPatch, folder: Path, other: Table) -> Cascade:
    monkeypatch.setenv("GRADE_CALIBRATIONS", str(folder))
    cascade = Cascade(first(wind=0.3), other, (0.2, 0.8))
    keep_calibration(
        Weighing(
            judge=cascade.name,
            revision=cascade.revision,
            fitted_on="3 judgements",
            first=1.0,
            second=2.0,
            intercept=0.5,
        )
    )
    return cascade


def test_what_was_fitted_weighs_both_where_both_were_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (judgement,) = weighed(monkeypatch, tmp_path, second(twice=0.7)).judge([TASK])
    log_odds = 0.5 + math.log(0.5 / 0.5) + 2 * math.log(0.7 / 0.3)
    assert judgement.findings[2].probability == pytest.approx(1 / (1 + math.exp(-log_odds)), abs=1e-4)
    assert judgement.findings[2].decided_by == Decider("second", first().thresholds)
    assert judgement.findings[3].probability == 0.3  # a misconception: the second decides
    assert judgement.findings[0].probability == 0.9


def test_what_the_second_cannot_score_is_unscored_however_they_are_weighed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    silent = second()
    silent._found = {**silent._found, "twice": Finding(0.5, None, unscored="no reply")}
    (judgement,) = weighed(monkeypatch, tmp_path, silent).judge([TASK])
    assert judgement.findings[2].unscored


def test_a_weighing_is_part_of_the_version_and_holds_for_its_band_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cascade = weighed(monkeypatch, tmp_path, second())
    assert cascade.version != cascade.revision
    assert Cascade(first(), second(), (0.3, 0.8)).weighing is None


def test_both_versions_and_the_band_are_in_the_version() -> None:
    versions = {Cascade(first(), second(), band).version for band in ((0.2, 0.8), (0.3, 0.8), (0.2, 0.7))}
    assert len(versions) == 3


@pytest.mark.parametrize("name", ["bundled,", ",bundled", "bundled,bundled,bundled"])
def test_a_cascade_is_of_two(name: str) -> None:
    with pytest.raises(UserError, match="two judges with a comma between"):
        open_judge(name)
