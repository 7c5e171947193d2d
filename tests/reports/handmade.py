"""Classes made by hand: grades that nobody has to judge, in results as a real run keeps them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.grades import Grade, KeyPointGrade, MisconceptionGrade
from grader.judges import Verdict
from grader.passages import Passage
from grader.results import GradeKey, Results, text_hash
from grader.submissions import Place, Problem, Submission

HOSTILE = (
    '<script>document.title = "owned"</script> </td></details></div> "><img src=x onerror=alert(1)> '
    "{{ 7 * 7 }} {% raw %} <!-- ]]> </style></script> &lt;b&gt; the moon pulls the sea"
)
POINTS = (
    ("moon", "The moon pulls the water of the sea."),
    ("sun", "The sun pulls it too, but less."),
    ("twice", "High water comes twice a day."),
)
WIND = "The wind causes the tides."


def passage(text: str, words: str) -> Passage:
    start = text.index(words)
    return Passage(words, start, start + len(words))


def made_grade(
    text: str = "",
    verdicts: tuple[Verdict, ...] = (Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSED),
    evidence: tuple[str, ...] = ("", "", ""),
    *,
    wind: str | None = None,
    reasons: tuple[str, ...] = (),
    probability: float = 0.9,
    question: str = "tides",
    score: float = 0.5,
) -> Grade:
    """A grade of an answer: a verdict and the words of the evidence for each key point."""
    points = tuple(
        KeyPointGrade(
            name, point, verdict, probability, 1.0, name == "moon", passage(text, words) if words else None
        )
        for (name, point), verdict, words in zip(POINTS, verdicts, evidence, strict=True)
    )
    wrong = () if wind is None else (MisconceptionGrade("wind", WIND, 0.8, 0.1, passage(text, wind)),)
    return Grade(question, f"What about {question}?", 0.625, score, 0.71, points, wrong, reasons, "fake", "1")


def handed_in(student: str, text: str, name: str = "", question: str = "tides") -> Submission:
    return Submission(student, name or student, question, text, Place("answers.csv", 2))


@contextmanager
def class_of(
    folder: Path, *graded: tuple[Submission, Grade], problems: tuple[Problem, ...] = ()
) -> Iterator[Results]:
    """The results of a class; every answer is graded on its own, even if it is another's."""
    keys = [
        GradeKey(grade.question, "hash", text_hash(f"{number} {submission.text}"), "fake 1")
        for number, (submission, grade) in enumerate(graded)
    ]
    with Results.open(folder) as results:
        entries = zip((submission for submission, _ in graded), keys, strict=True)
        results.take_in([*entries, *problems])
        results.add([(key, grade) for key, (_, grade) in zip(keys, graded, strict=True)])
        yield results
