import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from grader.cli.main import run
from tests.conftest import RUBRIC

ROOT = Path(__file__).parents[2]
EXAMPLE = str(ROOT / "examples" / "random-forest.txt")
MakeBank = Callable[..., Path]


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def grade(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """A function that runs the command line in this process."""

    def call(*arguments: str) -> Outcome:
        code = run(arguments)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


Call = Callable[..., Outcome]


def assert_one_clear_line(outcome: Outcome, *words: str) -> None:
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("grade: ")
    assert len(outcome.err.splitlines()) == 1
    for word in words:
        assert word in outcome.err


@pytest.mark.parametrize(
    "arguments", [[EXAMPLE, "-q", "random-forest"], ["answer", EXAMPLE, "--question", "random-forest"]]
)
def test_an_answer_is_graded_with_or_without_the_commands_name(grade: Call, arguments: list[str]) -> None:
    outcome = grade(*arguments)
    assert outcome.code == 0
    assert outcome.err == ""
    assert "score" in outcome.out
    assert "What is missing" in outcome.out


def test_json_is_alone_on_standard_output(grade: Call) -> None:
    outcome = grade(EXAMPLE, "-q", "random-forest", "--format", "json")
    result = json.loads(outcome.out)
    assert (outcome.code, outcome.err) == (0, "")
    text = Path(EXAMPLE).read_text(encoding="utf-8")
    for point in result["key_points"]:
        if point["evidence"]:
            assert text[point["evidence"]["start"] : point["evidence"]["end"]] == point["evidence"]["text"]


def test_standard_input_is_read(grade: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Les arbres votent… 🌲".encode())))
    assert grade("-", "-q", "pca", "--format", "json").code == 0


def test_every_option_has_an_environment_variable(
    grade: Call, make_bank: MakeBank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = tmp_path / "answer.txt"
    answer.write_text("The moon pulls the sea.")
    for name, value in (
        ("BANK", str(make_bank())),
        ("QUESTION", "tides"),
        ("FORMAT", "json"),
        ("JUDGE", "all-minilm-l6-v2"),
    ):
        monkeypatch.setenv(f"GRADE_{name}", value)
    assert json.loads(grade(str(answer)).out)["question"] == "tides"
    monkeypatch.setenv("GRADE_JUDGE", "nobody")
    assert_one_clear_line(grade(str(answer)), "no model named 'nobody'")


def test_a_misspelt_question_is_one_line_with_the_nearest(grade: Call) -> None:
    assert_one_clear_line(grade(EXAMPLE, "-q", "radnom-forest"), "did you mean random-forest")


def test_a_missing_question_says_how_to_name_one(grade: Call) -> None:
    assert_one_clear_line(grade(EXAMPLE), "--question", "`grade questions`")


def test_a_missing_file_is_one_line(grade: Call) -> None:
    assert_one_clear_line(grade("nowhere.txt", "-q", "pca"), "nowhere.txt: no such file")


def test_a_misspelt_command_is_taken_for_one(grade: Call) -> None:
    assert_one_clear_line(grade("quesions"), "`grade questions`")


def test_a_folder_is_one_line(grade: Call, tmp_path: Path) -> None:
    assert_one_clear_line(grade(str(tmp_path), "-q", "pca"), "folder")


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"PK\x03\x04\x00\x00word/document.xml"]
)
def test_a_binary_file_is_one_line(grade: Call, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "answer.docx").write_bytes(content)
    assert_one_clear_line(grade(str(tmp_path / "answer.docx"), "-q", "pca"), "binary")


def test_a_file_of_10_megabytes_is_refused_with_the_limit(grade: Call, tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text("word " * 2_000_000)
    assert_one_clear_line(grade(str(tmp_path / "answer.txt"), "-q", "pca"), "400,000 bytes")


def test_a_text_of_too_many_characters_is_refused_with_the_limit(grade: Call, tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text("word " * 30_000)
    assert_one_clear_line(grade(str(tmp_path / "answer.txt"), "-q", "pca"), "100,000")


@pytest.mark.parametrize("content", [b"", b"  \n\t ", b"\xef\xbb\xbf"])
def test_an_empty_answer_is_graded_0(grade: Call, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "answer.txt").write_bytes(content)
    outcome = grade(str(tmp_path / "answer.txt"), "-q", "pca", "--format", "json")
    result = json.loads(outcome.out)
    assert (outcome.code, result["score"], len(result["missed"])) == (0, 0.0, len(result["key_points"]))


AWKWARD = {
    "windows": "PCA’s “components” are orthogonal – naïve, but café-proof.".encode("cp1252"),
    "utf-16": "The components are orthogonal directions.".encode("utf-16"),
    "control": b"The \x1b[31mcomponents\x07 are \x00orthogonal".replace(b"\x00", b"\x01"),
    "emoji": "🌲 components 👩🏽‍🔬 are orthogonal 🇪🇺 directions 🌲".encode(),
    "right-to-left": "המרכיבים הם אורתוגונליים. \u202eThe components\u202c are orthogonal.".encode(),
    "latex": rb"Solve $\Sigma v = \lambda v$; \begin{align} C &= X^T X \end{align} for the components.",
    "code": b"```python\nfrom sklearn.decomposition import PCA\nPCA(n_components=2).fit(X)\n```\nTwo.",
    "bullets": b"- components are orthogonal\n- variance is maximal\n* scale first\n1. project",
    "html": b"<p>The <b>components</b> are&nbsp;orthogonal.</p><script>alert(1)</script><ul><li>scale",
    "one line": b"word" * 5000,
    "newlines": b"\n" * 5000 + b"orthogonal components" + b"\r\n" * 5000,
    "brackets": b"[bold]x[/bold] [/] {0} %s \\",
}


@pytest.mark.parametrize("output_format", ["text", "json"])
@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_text_is_graded_and_nothing_strange_is_printed(
    grade: Call, tmp_path: Path, name: str, output_format: str
) -> None:
    path = tmp_path / "answer.txt"
    path.write_bytes(AWKWARD[name])
    outcome = grade(str(path), "-q", "pca", "--format", output_format)
    assert outcome.code == 0, outcome.err
    assert outcome.err == ""
    if output_format == "json":
        json.loads(outcome.out)
    else:
        joiner = "\u200d"  # of emoji
        assert all(character.isprintable() or character in f"\n{joiner}" for character in outcome.out)


def test_questions_are_listed(grade: Call) -> None:
    outcome = grade("questions")
    assert outcome.code == 0
    assert "random-forest" in outcome.out
    listed = json.loads(grade("questions", "--format", "json").out)
    assert len(listed) == 41
    assert set(listed[0]) == {"id", "question", "topic", "kind"}


def test_a_question_is_shown(grade: Call) -> None:
    assert "Reference answer" in grade("show", "pca").out
    assert json.loads(grade("show", "pca", "--format", "json").out)["id"] == "pca"
    assert_one_clear_line(grade("show", "pcaa"), "did you mean pca")


def test_a_sound_bank_passes_the_check(grade: Call, make_bank: MakeBank) -> None:
    assert grade("check").out == "41 questions, 327 key points: the bank is well-formed\n"
    assert grade("check", "--bank", str(make_bank())).out.startswith("1 question, 2 key points")


def test_a_broken_bank_fails_the_check_with_a_line_for_each_problem(grade: Call, make_bank: MakeBank) -> None:
    folder = make_bank(RUBRIC.replace("weight: 2", "weight: 0"))
    (folder / "rubrics" / "other.yaml").write_text("id: another")
    outcome = grade("check", "--bank", str(folder))
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 2
    assert "tides.yaml:8: " in outcome.err


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], [], ["answer", "--help"], ["check", "-h"], ["show", "-h"]]
)
def test_help_fits_80_columns(grade: Call, arguments: list[str]) -> None:
    outcome = grade(*arguments)
    assert outcome.code == 0
    assert outcome.out.startswith("Usage: grade")
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_an_unknown_option_is_one_line(grade: Call) -> None:
    assert_one_clear_line(grade(EXAMPLE, "-q", "pca", "--fromat", "json"), "--fromat", "--format")


def test_a_reader_that_stops_early_causes_no_traceback() -> None:
    program = [sys.executable, "-m", "grader", "questions"]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


def test_the_command_works_from_another_folder(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "grader", EXAMPLE, "-q", "random-forest", "--format", "json"]
    done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stderr == ""
    assert json.loads(done.stdout)["question"] == "random-forest"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("word", "command"), [("bacth", "batch"), ("evalute", "evaluate"), ("shwo", "show")])
def test_a_misspelt_command_is_told_whatever_follows_it(grade: Call, word: str, command: str) -> None:
    assert_one_clear_line(grade(word, "x", "--out", "y"), f"did you mean `grade {command}`?")
    assert_one_clear_line(grade(word, "x"), f"did you mean `grade {command}`?")
