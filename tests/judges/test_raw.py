from collections.abc import Sequence
from pathlib import Path

import pytest

from grader.bank import KeyPoint, Misconception, Question
from grader.judges import Task, Verdict
from grader.judges.late_interaction import LateInteractionJudge
from grader.judges.probability_maps import JudgeCalibration, ProbabilityMap, keep_calibration
from grader.judges.protocol import Finding
from grader.judges.raw import NOT_ASKED, MappedJudge, RawFinding
from grader.passages import Answer, Passage

QUESTION = Question(
    id="tides",
    question="What causes the tides?",
    topic="oceans",
    key_points=(
        KeyPoint(id="moon", text="The gravity of the moon pulls the sea."),
        KeyPoint(id="twice", text="High water comes about twice a day."),
    ),
    misconceptions=(Misconception(id="wind", text="The wind makes the tides."),),
    reference_answer="The moon attracts the sea, and high water comes twice a day.",
)
TEXT = (
    "It rains a lot. The moon attracts the water of the sea. High water comes twice on most days. "
    "The wind may make some of the tides."
)


class Fixed:
    """Gives the same numbers for every answer, and notes what it was shown."""

    name = "fixed:1"
    revision = "1"

    def __init__(self, *findings: RawFinding) -> None:
        ids = (proposition.id for proposition in QUESTION.propositions)
        self._findings = dict(zip(ids, findings, strict=False))
        self.shown: list[Sequence[Passage | None]] = []
        self.asked: list[str] = []

    def read(self, task: Task, nearest: Sequence[Passage | None] = ()) -> tuple[RawFinding, ...]:
        ids = [proposition.id for proposition in task.question.propositions]
        self.shown.append(nearest)
        self.asked += ids
        return tuple(map(self._findings.__getitem__, ids))


@pytest.fixture(autouse=True)
def _own_calibrations(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRADE_CALIBRATIONS", str(tmp_path))


def task(text: str = TEXT) -> Task:
    return Task(QUESTION, Answer.of(text))


def test_a_number_becomes_a_probability_and_the_bundled_judge_gives_the_evidence(
    judge: LateInteractionJudge,
) -> None:
    raw = Fixed(RawFinding(2.0), RawFinding(-3.0), RawFinding(0.5))
    (judgement,) = MappedJudge(raw, judge).judge([task()])
    moon, twice, wind = judgement.findings
    assert (moon.probability, twice.probability, wind.probability) == (0.8808, 0.0474, 0.6225)
    assert moon.evidence
    assert moon.evidence.text == "The moon attracts the water of the sea."
    assert twice.evidence is None
    assert judgement.calls == 3
    assert judgement.similarity == judge.judge([task()])[0].similarity


def test_the_model_is_pointed_to_the_nearest_words_of_each_proposition(judge: LateInteractionJudge) -> None:
    raw = Fixed(*[RawFinding(0.0)] * 3)
    MappedJudge(raw, judge).judge([task()])
    (nearest,) = raw.shown
    assert nearest[0] is not None
    assert nearest[0].text == "The moon attracts the water of the sea."
    assert len(nearest) == 3


def test_what_the_bundled_judge_takes_for_out_of_the_question_is_not_asked(
    judge: LateInteractionJudge,
) -> None:
    raw = Fixed(*[RawFinding(9.0)] * 3)
    mapped = MappedJudge(raw, judge)
    only_moon = task("The moon attracts the water of the sea.")
    (judgement,) = mapped.judge([only_moon])
    assert "moon" in raw.asked
    assert "twice" not in raw.asked
    assert judgement.calls == len(raw.asked)
    assert judgement.findings[1] == Finding(0.0, None)
    assert mapped.read(only_moon)[1] == NOT_ASKED


def test_what_the_model_cannot_place_is_unscored_and_not_a_zero(judge: LateInteractionJudge) -> None:
    mapped = MappedJudge(Fixed(RawFinding(0.0, unscored="no reply"), *[RawFinding(2.0)] * 2), judge)
    (judgement,) = mapped.judge([task()])
    assert judgement.findings[0].verdict(mapped.thresholds) is Verdict.UNSCORED
    assert judgement.findings[0].unscored == "no reply"


def test_a_model_that_can_place_nothing_leaves_nothing_to_grade(judge: LateInteractionJudge) -> None:
    raw = Fixed(*[RawFinding(0.0, unscored="no server")] * 3)
    (judgement,) = MappedJudge(raw, judge).judge([task("The moon attracts the water of the sea.")])
    assert {finding.unscored for finding in judgement.findings} == {"no server"}


def test_the_passage_that_the_model_names_is_the_evidence(judge: LateInteractionJudge) -> None:
    named = Passage("It rains a lot.", 0, 15)
    (judgement,) = MappedJudge(Fixed(*[RawFinding(2.0, evidence=named)] * 3), judge).judge([task()])
    assert judgement.findings[0].evidence == named


@pytest.mark.parametrize("text", [" … ", "The moon pulls the sea, or perhaps not."])
def test_an_answer_that_states_nothing_is_not_put_to_the_model(
    judge: LateInteractionJudge, text: str
) -> None:
    raw = Fixed()
    (judgement,) = MappedJudge(raw, judge).judge([task(text)])
    assert not raw.shown
    assert {finding.probability for finding in judgement.findings} == {0.0}


def test_what_was_fitted_counts_and_changes_the_version(judge: LateInteractionJudge) -> None:
    raw = Fixed(*[RawFinding(1.0, contradiction=0.8)] * 3)
    before = MappedJudge(raw, judge)
    assert before.version.endswith("uncalibrated")
    assert before.judge([task()])[0].findings[0].verdict(before.thresholds) is Verdict.COVERED
    keep_calibration(
        JudgeCalibration(
            judge=before.name,
            revision=before.revision,
            fitted_on="3 judgements",
            key_point=ProbabilityMap(slope=2.0, intercept=-3.0),
            contradicted=0.75,
        )
    )
    after = MappedJudge(raw, judge)
    assert after.version != before.version
    assert after.judge([task()])[0].findings[0].probability == 0.2689
    assert after.judge([task()])[0].findings[0].verdict(after.thresholds) is Verdict.CONTRADICTED
