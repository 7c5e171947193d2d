import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.submissions import Reading, detect, read
from tests.submissions.conftest import split

Write = Callable[[str, str | bytes], Path]


def test_one_object_a_line(write: Write, reading: Reading) -> None:
    rows = [
        {"submission": "7", "student": "ann", "question": "pca", "text": "axes"},
        {"submission": "8", "question": "Random forest", "text": ""},
    ]
    path = write("a.jsonl", "\n\n".join(map(json.dumps, rows)))
    assert detect(path) == "jsonl"
    (first, second), problems = split(read(path, "jsonl", reading))
    assert (first.student, first.question, first.text, first.origin) == ("ann", "pca", "axes", "7")
    assert (second.student, second.question, second.place.row) == ("8", "random-forest", 3)
    assert problems == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "no JSON"),
        ("[1]", "no JSON object"),
        ('{"student": "a", "question": "pca"}', '"text"'),
        ('{"student": "a", "question": "pca", "text": 3}', '"text"'),
        ('{"student": "a", "text": "b"}', '"question"'),
        ('{"student": "a", "question": "pcaa", "text": "b"}', "did you mean pca"),
        ('{"question": "pca", "text": "b"}', '"student"'),
        ('{"student": null, "question": "pca", "text": "b"}', '"student"'),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_a_line_that_is_no_submission_is_a_problem_and_the_rest_is_read(
    write: Write, reading: Reading, line: str, words: str
) -> None:
    fine = '{"student": "z", "question": "pca", "text": "b"}'
    ((submission,), (problem,)) = split(read(write("a.jsonl", f"{line}\n{fine}\n"), "jsonl", reading))
    assert (submission.student, problem.place.row) == ("z", 1)
    assert words in problem.reason
