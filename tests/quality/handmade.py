"""Evaluations made by hand: figures that nobody has to measure."""

from grader.quality.evaluation_values import (
    Ablation,
    Evaluation,
    ItemPoint,
    ReliabilityBin,
    worst_first,
)
from grader.quality.gates import Bound, Gate
from grader.quality.measures import Group, Interval, Measure, Weakness

F1 = "key-point-f1"
COVERED = "reference-covered"
HOSTILE = '<script>alert(1)</script> | *a* </td></details> ]]> & "q" {{ 7 * 7 }} `b` @all \x1b[31m\x00 end'


def measure(
    value: float,
    name: str = F1,
    *,
    within: tuple[float, float] | None = None,
    n: int = 40,
    unit: str = "judgements",
    higher_is_better: bool = True,
    question: str | None = None,
    key_point: str | None = None,
    group: Group = Group.ALL,
) -> Measure:
    interval = None if within is None else Interval(*within)
    return Measure(name, value, n, unit, higher_is_better, interval, question, key_point, group)


def evaluation(
    *measures: Measure,
    questions: tuple[str, ...] = ("pca", "waves"),
    whole: bool = True,
    weaknesses: tuple[Weakness, ...] = (),
    version: str = "1",
) -> Evaluation:
    return Evaluation("fake", version, questions, measures, worst_first(weaknesses), whole=whole)


def gate(
    threshold: float,
    name: str = F1,
    bound: Bound = Bound.AT_LEAST,
    *,
    group: Group = Group.ALL,
    question: str | None = None,
    each_question: bool = False,
    reason: str = "the README promises it",
) -> Gate:
    return Gate(name, bound, threshold, reason, group, question, each_question, "gates.yaml:2")


def full_evaluation() -> Evaluation:
    """An evaluation with something of everything, and hostile text in a weakness."""
    points = ("spread", "axes", "scale")
    held_out, fitting = Group.HELD_OUT, Group.FITTING
    measures = (
        measure(0.812, within=(0.79, 0.834), n=1944),
        measure(0.83, within=(0.81, 0.85), n=1010, group=fitting),
        measure(0.794, within=(0.76, 0.82), n=934, group=held_out),
        measure(
            0.11,
            "grade-mean-absolute-error",
            within=(0.1, 0.12),
            n=350,
            unit="answers",
            higher_is_better=False,
        ),
        measure(0.96, COVERED, n=246, unit="key points"),
        measure(0.71, within=(0.6, 0.8), n=48, question="pca"),
        measure(0.52, within=(0.4, 0.66), n=52, question="waves"),
        measure(1.0, COVERED, n=3, unit="key points", question="pca"),
        measure(2 / 3, COVERED, n=3, unit="key points", question="waves"),
        *(
            measure(0.5 + 0.1 * number, n=8, question="pca", key_point=point)
            for number, point in enumerate(points)
        ),
        *(
            measure(
                0.3 * number - 0.1, "discrimination", n=8, unit="answers", question="pca", key_point=point
            )
            for number, point in enumerate(points)
        ),
    )
    return Evaluation(
        "fake",
        "1",
        ("pca", "waves"),
        measures,
        worst_first(
            (
                Weakness(
                    "waves", "scale", COVERED, 0.7, "The reference answer does not say it.", "Say it there."
                ),
                Weakness("pca", "spread", F1, 0.9, f"F1 is 0.50 of {HOSTILE}", f"Split {HOSTILE} in two."),
                Weakness("pca", None, F1, 0.2, "Few answers.", "Label more."),
            )
        ),
        tuple(ReliabilityBin(n / 5, (n + 1) / 5, n / 5 + 0.1, n / 5 + 0.05, 100 - 10 * n) for n in range(5)),
        (
            ItemPoint("pca", "spread", 0.4, 0.5, 8),
            ItemPoint("pca", "axes", 1.0, 0.0, 8),
            ItemPoint("waves", "scale", 0.2, -0.3, 9),
        ),
        (
            Ablation("pca", points, ((-0.9, -0.4, 0.0), (0.01, -0.02, 0.0), (0.0, 0.08, -0.7))),
            Ablation("waves", ("scale", "sea"), (None, (-0.001, -0.95))),
        ),
    )
