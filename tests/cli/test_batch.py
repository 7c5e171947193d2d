import csv
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.results import FILE
from tests.cli.test_cli import Call, assert_one_clear_line, grade

__all__ = ["grade"]  # a fixture

ROOT = Path(__file__).parents[2]
ANSWERS = 300


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of several hundred different answers, two entries of which cannot be read."""
    words = (ROOT / "examples" / "bias-variance-long.txt").read_text().split()
    generator = random.Random(0)
    path = tmp_path_factory.mktemp("source") / "class.jsonl"
    with path.open("w") as stream:
        for i in range(ANSWERS):
            start = generator.randrange(len(words) - 60)
            text = " ".join(words[start : start + 20 + i % 40])
            question = ("bias-variance", "pca", "random-forest")[i % 3]
            stream.write(json.dumps({"student": f"s{i // 3}", "question": question, "text": text}) + "\n")
        stream.write('{"student": "s", "question": "pcaa", "text": "x"}\nno json\n')
    return path


def outcome(folder: Path) -> dict[str, bytes]:
    """Everything in a folder of results, byte for byte; of the database what it holds."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".running"]
    files = {str(path.relative_to(folder)): path.read_bytes() for path in paths}
    del files[FILE]
    connection = sqlite3.connect(folder / FILE)
    files["tables"] = "\n".join(connection.iterdump()).encode()
    connection.close()
    return files


def start(source: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "grader", "batch", str(source), "--out", str(out), *more]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_heed_interrupts,
    )


def _heed_interrupts() -> None:
    """What a shell runs in the background ignores interrupts, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(scope="module")
def undisturbed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("undisturbed")
    process = start(source, out)
    _, err = process.communicate()
    assert process.returncode == 1, err
    return outcome(out)


def graded(out: Path) -> int:
    try:
        connection = sqlite3.connect(f"file:{out / FILE}?mode=ro", uri=True)
        (count,) = connection.execute("SELECT count(*) FROM grades").fetchone()
        connection.close()
    except sqlite3.Error:
        return 0
    return int(count)


@pytest.mark.parametrize("moment", ["taking in", "first grades", "later"])
def test_killed_and_run_again_the_outcome_is_that_of_an_undisturbed_run(
    source: Path, undisturbed: dict[str, bytes], tmp_path: Path, moment: str
) -> None:
    process = start(source, tmp_path)
    least = {"taking in": 0, "first grades": 1, "later": 120}[moment]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if (tmp_path / FILE).exists() and graded(tmp_path) >= least:
            break
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert graded(tmp_path) < ANSWERS
    again = start(source, tmp_path)
    _, err = again.communicate()
    assert again.returncode == 1
    assert ("were graded before" in err) == (moment != "taking in")
    assert outcome(tmp_path) == undisturbed


@pytest.mark.parametrize("workers", ["1", "2"])
def test_interrupted_it_stops_cleanly_and_keeps_what_is_done(
    source: Path, undisturbed: dict[str, bytes], tmp_path: Path, workers: str
) -> None:
    process = start(source, tmp_path, "--workers", workers)
    while graded(tmp_path) < 1 and process.poll() is None:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("grade: stopped; what is graded is kept")
    start(source, tmp_path).communicate()
    assert outcome(tmp_path) == undisturbed


def test_a_second_run_says_that_the_first_is_running(source: Path, tmp_path: Path) -> None:
    process = start(source, tmp_path)
    while not (tmp_path / FILE).exists() and process.poll() is None:
        time.sleep(0.005)
    second = start(source, tmp_path)
    _, err = second.communicate()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert second.returncode == 2
    assert "another `grade batch` is at work here" in err


def test_a_class_is_graded_with_its_problems_named(grade: Call, tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("student,question,answer\nann,pca,Axes of greatest variance.\nben,pcaa,x\ncem,pca,\n")
    out = tmp_path / "out"
    result = grade("batch", str(source), "--out", str(out))
    assert result.code == 1
    assert "pca" in result.out
    assert "2 answers of 2 students" in result.err
    assert "1 could not be graded" in result.err
    rows = list(csv.DictReader((out / "grades.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["submission"] for row in rows] == ["ann/pca", "cem/pca"]
    assert rows[1]["reasons"] == "the answer has no words"
    (problem,) = csv.DictReader((out / "problems.csv").read_text(encoding="utf-8-sig").splitlines())
    assert (problem["file"], problem["row"]) == ("a.csv", "3")
    objects = [json.loads(line) for line in (out / "grades.jsonl").read_text().splitlines()]
    assert [(o["submission"], o["student"], o["schema"]) for o in objects] == [
        ("ann/pca", "ann", 1),
        ("cem/pca", "cem", 1),
    ]


def table_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


FIXTURES = Path(__file__).parents[1] / "submissions" / "fixtures"


def test_a_moodle_worksheet_comes_back_with_grades_on_the_teachers_scale(grade: Call, tmp_path: Path) -> None:
    source, out = FIXTURES / "moodle_worksheet.csv", tmp_path / "out"
    call = ("batch", str(source), "--out", str(out), "-q", "random-forest", "--round", "5")
    assert grade(*call).code == 1  # one student handed in a picture
    before, after = map(table_of, (source, out / "moodle.csv"))
    graded = {row["Identifier"]: row for row in after if row["Feedback comments"]}
    assert graded.keys() == {"Participant 101", "Participant 102"}
    assert 0 < float(graded["Participant 101"]["Grade"]) <= 100
    assert float(graded["Participant 101"]["Grade"]) % 5 == 0
    for old, new in zip(before, after, strict=True):
        changed = {title for title in old if old[title] != new[title]}
        assert changed <= {"Grade", "Feedback comments"}


def test_a_canvas_report_becomes_a_file_for_the_gradebook(grade: Call, tmp_path: Path) -> None:
    source, out = FIXTURES / "canvas_student_analysis.csv", tmp_path / "out"
    assert grade("batch", str(source), "--out", str(out)).code == 1
    assert {row["row"] for row in table_of(out / "problems.csv")} == {"2", "6"}
    first, *_ = table_of(out / "canvas.csv")
    assert list(first)[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert first["Student"].strip() == "Points Possible"


def test_the_teacher_gets_a_report_and_each_student_a_page(grade: Call, tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("student,answer\nann,Axes of variance.\nben,<script>alert(1)</script>\n")
    call = ("batch", str(source), "-q", "pca")
    assert grade(*call, "--out", str(tmp_path / "out")).code == 0
    assert "<script>alert(1)" not in (tmp_path / "out" / "report.html").read_text()
    pages = {path.name for path in (tmp_path / "out" / "feedback").iterdir()}
    assert pages == {"ann.html", "ann.md", "ben.html", "ben.md"}
    assert "ben" not in (tmp_path / "out" / "feedback" / "ann.html").read_text()
    assert grade(*call, "--out", str(tmp_path / "bare"), "--no-feedback").code == 0
    assert not (tmp_path / "bare" / "feedback").exists()


@pytest.mark.parametrize("option", [("--scale", "0"), ("--round", "-1"), ("--scale", "nan")])
def test_a_scale_that_is_none_is_one_clear_line(grade: Call, tmp_path: Path, option: tuple[str, str]) -> None:
    source = tmp_path / "a.csv"
    source.write_text("student,question,answer\nann,pca,x\n")
    assert_one_clear_line(grade("batch", str(source), "--out", str(tmp_path / "out"), *option), "scale")


def test_run_again_only_what_changed_is_graded(grade: Call, tmp_path: Path) -> None:
    source, out = tmp_path / "a.csv", str(tmp_path / "out")
    source.write_text("student,answer\nann,Axes of variance.\nben,Trees.\n")
    call = ("batch", str(source), "--out", out, "-q", "pca")
    assert grade(*call).code == 0
    first = outcome(tmp_path / "out")
    assert "2 of 2 different answers were graded before" in grade(*call).err
    assert outcome(tmp_path / "out") == first
    source.write_text("student,answer\nann,Axes of variance.\nben,Many trees.\n")
    assert "1 of 2 different answers were graded before" in grade(*call).err
    assert "graded before" not in grade(*call, "--fresh").err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "--out", "OUT"], ["nowhere", "no such file or folder"]),
        (["a.csv"], ["--out"]),
        (["a.csv", "--out", "a.csv"], ["a.csv", "exists"]),
        (["a.csv", "--out", "OUT", "-q", "pcaa"], ["did you mean pca"]),
        (["a.csv", "--out", "OUT", "--column", "answer"], ["ROLE=HEADING"]),
        (["a.csv", "--out", "OUT", "--source-format", "moodel"], ["moodel"]),
        (["a.csv", "--out", "OUT", "--judge", "nobody"], ["nobody"]),
        (["a.bin", "--out", "OUT"], ["of no kind that is read"]),
    ],
)
def test_a_wrong_call_is_one_clear_line(
    grade: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("student,question,answer\nann,pca,x\n")
    Path("a.bin").write_bytes(b"\x00")
    assert_one_clear_line(grade("batch", *arguments), *words)
    assert not Path("OUT").exists()


def test_a_source_without_any_answer_is_one_clear_line(grade: Call, tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("student,question,answer\n")
    assert_one_clear_line(grade("batch", str(source), "--out", str(tmp_path / "out")), "a.csv", "no answers")


def test_columns_may_come_from_the_environment(
    grade: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "a.csv"
    source.write_text("Who,Your answer,Which one\nann,Axes.,pca\n")
    monkeypatch.setenv("GRADE_COLUMN", "student=Who;answer=Your answer;question=Which one")
    assert grade("batch", str(source), "--out", str(tmp_path / "out")).code == 0


def test_a_folder_that_cannot_be_written_to_is_one_clear_line(
    grade: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "out"))

    source = tmp_path / "a.csv"
    source.write_text("student,question,answer\nann,pca,x\n")
    monkeypatch.setattr(Path, "mkdir", refuse)  # whoever runs the tests may write everywhere
    assert_one_clear_line(grade("batch", str(source), "--out", str(tmp_path / "out")), "Permission denied")
