"""The bank held against itself, with the bundled judge.

    python -m eval.benchmarks.bank

Each reference answer on its own rubric, where every key point should be covered; each on the
other rubrics, where little should be; and each question's own words as the answer, which should
earn nothing. Nothing was fitted on the held-out half (``eval/held_out.yaml``).
"""

from itertools import product
from pathlib import Path

import click
import yaml

from eval.benchmarks.table import write_table
from eval.data import HELD_OUT
from grader.bank import Bank
from grader.grades import Grade
from grader.grading import Grader
from grader.judges.protocol import Verdict

RELATED = Path(__file__).parents[1] / "related_questions.yaml"
WORST = 8
"""How many of the highest foreign coverages are named."""

Pair = tuple[str, str]


def related_pairs() -> frozenset[Pair]:
    """The pairs of questions that share key points by their nature, in both orders."""
    groups = yaml.safe_load(RELATED.read_text())
    return frozenset(pair for group in groups for pair in product(group, group))


@click.command()
def main() -> None:
    """Print the three tables."""
    bank = Bank.open()
    grader = Grader(bank)
    questions = {question.id: question for question in bank}
    pairs = list(product(questions, questions))  # (whose rubric, whose reference answer)
    grades = dict(
        zip(
            pairs,
            grader.grade_many((rubric, questions[author].reference_answer) for rubric, author in pairs),
            strict=True,
        )
    )
    restated = dict(
        zip(
            questions,
            grader.grade_many((name, question.question) for name, question in questions.items()),
            strict=True,
        )
    )
    halves = {
        "held-out half": [name for name in questions if name in HELD_OUT],
        "fitting half": [name for name in questions if name not in HELD_OUT],
    }
    write_table(
        "bank",
        "The bank held against itself: `python -m eval.benchmarks.bank`",
        ["measure", *halves],
        [
            [
                measure,
                *(cells[i] for cells in (_measures(names, grades, restated) for names in halves.values())),
            ]
            for i, measure in enumerate(_MEASURES)
        ],
    )
    unrelated = [pair for pair in pairs if pair not in related_pairs() and pair[0] != pair[1]]
    worst = sorted(unrelated, key=lambda pair: -grades[pair].coverage)[:WORST]
    write_table(
        "bank_foreign",
        "The highest coverages of another question's reference answer, related pairs excepted",
        ["rubric", "reference answer of", "coverage"],
        [[rubric, author, f"{grades[rubric, author].coverage:.2f}"] for rubric, author in worst],
    )
    lacking = [
        [name, point.id, str(point.verdict), f"{point.probability:.2f}"]
        for name in questions
        for point in grades[name, name].key_points
        if point.verdict is not Verdict.COVERED
    ]
    write_table(
        "bank_missed",
        "Key points that the question's own reference answer does not cover, says the judge",
        ["question", "key point", "verdict", "probability"],
        lacking,
    )


_MEASURES = (
    "own reference answer: key points covered",
    "own reference answer: key points covered or partial",
    "own reference answer: mean coverage",
    "own reference answer: misconceptions found (there are none)",
    "other reference answers: mean coverage",
    "other reference answers, related pairs excepted: mean coverage",
    "other reference answers, related pairs excepted: highest coverage",
    "the question's own words: mean coverage",
    "the question's own words: highest coverage",
    "the question's own words: questions above 0.10",
)


def _measures(names: list[str], grades: dict[Pair, Grade], restated: dict[str, Grade]) -> list[str]:
    own = [grades[name, name] for name in names]
    points = [point.verdict for grade in own for point in grade.key_points]
    covered = sum(verdict is Verdict.COVERED for verdict in points)
    earning = sum(verdict in (Verdict.COVERED, Verdict.PARTIAL) for verdict in points)
    found = sum(len(grade.misconceptions) for grade in own)
    related = related_pairs()
    others = {pair: grade for pair, grade in grades.items() if pair[0] in names and pair[0] != pair[1]}
    foreign = [grade.coverage for grade in others.values()]
    unrelated = {pair: grade.coverage for pair, grade in others.items() if pair not in related}
    highest = max(unrelated, key=unrelated.__getitem__)
    echoes = [restated[name].coverage for name in names]
    return [
        f"{covered} of {len(points)} ({covered / len(points):.0%})",
        f"{earning} of {len(points)} ({earning / len(points):.0%})",
        _mean([grade.coverage for grade in own]),
        str(found),
        _mean(foreign),
        _mean(list(unrelated.values())),
        f"{unrelated[highest]:.2f} ({highest[1]} on {highest[0]})",
        _mean(echoes),
        f"{max(echoes):.2f} ({names[echoes.index(max(echoes))]})",
        str(sum(echo > 0.1 for echo in echoes)),
    ]


def _mean(values: list[float]) -> str:
    return f"{sum(values) / len(values):.3f}"


if __name__ == "__main__":
    main()
