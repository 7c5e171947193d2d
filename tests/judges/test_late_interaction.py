import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import Bank, Grader
from grader.bank import KeyPoint, Misconception, Question
from grader.judges import Judge, Judgement, Task, open_judge
from grader.judges.late_interaction import LateInteractionJudge
from grader.models import ModelFiles, resolve
from grader.models.files import DEFAULT_MODEL
from grader.passages import Answer

TIDES = Question(
    id="tides",
    question="What causes the tides?",
    topic="oceans",
    key_points=(
        KeyPoint(id="moon", text="The gravity of the moon pulls the water of the sea towards it."),
        KeyPoint(id="twice", text="In most places high water comes about twice a day."),
        KeyPoint(id="spring", text="When sun and moon stand in line, the tides are especially high."),
    ),
    misconceptions=(
        Misconception(id="wind", text="The wind causes the tides by pushing water to the shore."),
    ),
    reference_answer="The moon attracts the sea, and there are two high waters a day.",
)
MOON = "The moon's gravity attracts the oceans, so the sea rises on the side that faces it."
EXAMPLES = Path(__file__).parents[2] / "examples"
TWICE = "That's why you get high tide roughly two times every day."


def judge_texts(judge: Judge, *texts: str, question: Question = TIDES) -> list[Judgement]:
    return judge.judge([Task(question, Answer.of(text)) for text in texts])


def probabilities(judgement: Judgement) -> list[float]:
    return [finding.probability for finding in judgement.findings]


def test_what_an_answer_says_is_likelier_than_what_it_does_not(judge: Judge) -> None:
    (judgement,) = judge_texts(judge, f"{MOON} {TWICE}")
    moon, twice, spring, wind = probabilities(judgement)
    assert min(moon, twice) > judge.thresholds.covered
    assert spring < judge.thresholds.covered
    assert wind < judge.thresholds.asserted


def test_evidence_is_the_passage_that_says_it(judge: Judge) -> None:
    text = f"Hello there. {MOON} I like boats. {TWICE}"
    (judgement,) = judge_texts(judge, text)
    moon, twice = judgement.findings[0].evidence, judgement.findings[1].evidence
    assert moon is not None
    assert twice is not None
    assert moon.text in MOON
    assert twice.text in TWICE
    assert text[moon.start : moon.end] == moon.text


def test_a_misconception_in_so_many_words_is_found(judge: Judge) -> None:
    (judgement,) = judge_texts(
        judge, "The tides are caused by the wind, which pushes the water to the shore."
    )
    finding = judgement.findings[3]
    assert finding.probability >= judge.thresholds.asserted
    assert finding.evidence is not None


def test_an_example_is_as_good_as_the_key_point_itself(judge: Judge) -> None:
    text = "Our satellite tugs at the oceans."
    with_example = TIDES.model_copy(
        update={
            "key_points": (
                TIDES.key_points[0].model_copy(update={"examples": (text,)}),
                *TIDES.key_points[1:],
            )
        }
    )
    (without,) = judge_texts(judge, text)
    (with_it,) = judge_texts(judge, text, question=with_example)
    assert with_it.findings[0].probability > max(0.9, without.findings[0].probability)


def test_words_that_fit_another_key_point_better_earn_less(judge: Judge) -> None:
    alone = TIDES.model_copy(update={"key_points": TIDES.key_points[1:2]})
    (with_rival,) = judge_texts(judge, MOON)
    (without,) = judge_texts(judge, MOON, question=alone)
    assert with_rival.findings[1].probability < without.findings[0].probability


@pytest.mark.parametrize("question", list(Bank.open()), ids=lambda question: question.id)
def test_restating_the_question_earns_nothing(judge: Judge, question: Question) -> None:
    (judgement,) = judge_texts(judge, question.question, question=question)
    assert max(probabilities(judgement)) < judge.thresholds.partial


@pytest.mark.parametrize(
    "around", ["The question is: {0} {0}", "You are asking me this: {0}", "So, {0} Well."]
)
def test_restating_the_question_among_other_words_covers_nothing(grader: Grader, around: str) -> None:
    questions = list(Bank.open())
    grades = grader.grade_many((q.id, around.format(q.question)) for q in questions)
    coverages = [grade.coverage for grade in grades]
    assert sum(coverages) / len(coverages) <= 0.05
    assert max(coverages) <= 0.25


@pytest.mark.parametrize("text", ["", " \n", "!!! ???", "🌲🌳"])
def test_an_answer_without_words_supports_nothing(judge: Judge, text: str) -> None:
    (judgement,) = judge_texts(judge, text)
    assert max(probabilities(judgement)) < judge.thresholds.partial
    assert all(finding.evidence is None for finding in judgement.findings)


def test_no_tasks_give_no_judgements(judge: Judge) -> None:
    assert judge.judge([]) == []


def test_a_judgement_does_not_depend_on_its_neighbours_or_threads(judge: Judge) -> None:
    bank = Bank.open()
    tasks = [Task(TIDES, Answer.of(text)) for text in (MOON, TWICE, "", f"{MOON} {TWICE}", "word " * 600)]
    tasks += [Task(question, Answer.of(question.reference_answer)) for question in list(bank)[:4]]
    alone = [judge.judge([task])[0] for task in tasks]
    assert judge.judge(tasks) == alone
    assert judge.judge(tasks[::-1]) == alone[::-1]
    assert LateInteractionJudge(resolve(DEFAULT_MODEL), threads=1).judge(tasks) == alone
    assert LateInteractionJudge(resolve(DEFAULT_MODEL), threads=5).judge(tasks) == alone


@pytest.mark.parametrize("threads", ["1", "4"])
def test_a_process_with_other_thread_settings_gives_the_same_digits(judge: Judge, threads: str) -> None:
    program = (
        "from grader import Grader; from pathlib import Path; import sys; "
        "print(Grader().grade('random-forest', Path(sys.argv[1]).read_text(encoding='utf-8')).to_dict())"
    )
    path = Path(__file__).parents[2] / "examples" / "random-forest.txt"
    variables = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
    printed = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        env={**os.environ, **variables, "PYTHONHASHSEED": threads},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    text = path.read_text(encoding="utf-8")
    assert printed == f"{Grader(judge=judge).grade('random-forest', text).to_dict()}\n"


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_is_judged_and_its_evidence_is_its_own(judge: Judge, text: str) -> None:
    (judgement,) = judge_texts(judge, text)
    for finding in judgement.findings:
        assert 0 <= finding.probability <= 1
        if finding.evidence is not None:
            assert text[finding.evidence.start : finding.evidence.end] == finding.evidence.text != ""


def test_what_comes_at_the_end_of_a_very_long_answer_counts(judge: Judge) -> None:
    filler = (EXAMPLES / "bias-variance-long.txt").read_text(encoding="utf-8") * 2
    (judgement,) = judge_texts(judge, filler + MOON)
    evidence = judgement.findings[0].evidence
    assert judgement.findings[0].probability > judge.thresholds.covered
    assert evidence is not None
    assert evidence.start >= len(filler)


@pytest.mark.xfail(strict=True, reason="states of so many repetitions drown it; see the model card")
def test_what_comes_after_the_same_sentence_many_times_counts(judge: Judge) -> None:
    filler = "I went for a walk along the river and looked at the boats. " * 150
    (judgement,) = judge_texts(judge, filler + MOON)
    assert judgement.findings[0].probability > judge.thresholds.covered


def test_a_judge_loads_nothing_before_it_is_asked() -> None:
    program = (
        "import sys; from grader import Grader; Grader(); "
        "print([m for m in ('torch', 'transformers', 'sentence_transformers', 'scipy') if m in sys.modules])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert printed.strip() == "[]"


def test_the_judge_says_who_it_is(judge: Judge) -> None:
    assert judge.name == DEFAULT_MODEL == open_judge().name
    assert judge.version == open_judge().version


def test_another_calibration_is_another_version(judge: Judge) -> None:
    folder, manifest = resolve(DEFAULT_MODEL)
    other = manifest.model_copy(update={"files": {**manifest.files, "calibration.json": "0" * 64}})
    assert LateInteractionJudge(ModelFiles(folder, other)).version != judge.version
