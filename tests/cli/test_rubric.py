from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.bank import Bank
from grader.cli import main
from grader.cli.rubric import rubric
from tests.cli.test_cli import Call, assert_one_clear_line
from tests.cli.test_cli import grade as grade

REFERENCE = (
    "The gravity of the moon pulls the water of the sea. Because the earth turns, most coasts have two high "
    "waters a day. The sun raises smaller tides of its own.\n"
)
CRITERIA = """\
- requirement: The moon pulls the water of the sea.
  weight: 2
- requirement: The wind causes the tides.
  weight: -1
  severity: high
"""


@pytest.fixture(autouse=True)
def _with_the_command(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command ``rubric`` is there, whether or not the command line has it yet."""
    had = main.cli.commands.get("rubric")
    main.cli.add_command(rubric)
    yield
    if had is None:
        del main.cli.commands["rubric"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bank with a reference answer and no rubric, as the working folder."""
    (tmp_path / "reference_answers").mkdir()
    (tmp_path / "reference_answers" / "tides.md").write_text(REFERENCE, encoding="utf-8")
    (tmp_path / "criteria.yaml").write_text(CRITERIA, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


DRAFT = (
    "rubric",
    "draft",
    "--question",
    "What causes the tides?",
    "--reference",
    "reference_answers/tides.md",
)
IMPORT = ("rubric", "import", "criteria.yaml", "--question", "What causes the tides?")


@pytest.mark.parametrize("arguments", [DRAFT, IMPORT])
def test_a_rubric_written_into_a_bank_passes_the_check_and_grades(
    grade: Call, folder: Path, arguments: tuple[str, ...]
) -> None:
    outcome = grade(*arguments, "--out", "rubrics/tides.yaml", "--topic", "oceans")
    assert (outcome.code, outcome.out) == (0, "")
    assert "rubrics/tides.yaml: " in outcome.err
    assert "edit it, then run `grade check`" in outcome.err
    assert "the bank is well-formed" in grade("check", "--bank", str(folder)).out
    question = Bank.open(folder)["tides"]
    assert (question.topic, question.question) == ("oceans", "What causes the tides?")


def test_a_draft_is_alone_on_standard_output(grade: Call, folder: Path) -> None:
    outcome = grade(*DRAFT)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("# A draft from reference_answers/tides.md")
    assert "\nid: tides\n" in outcome.out
    assert not (folder / "rubrics").exists()


def test_what_cannot_be_imported_is_said_on_standard_error(grade: Call, folder: Path) -> None:
    outcome = grade(*IMPORT, "--id", "tides")
    assert outcome.code == 0
    assert outcome.err == "criteria.yaml:5: 'severity' is not carried over\n"
    assert "    penalty: 0.5\n" in outcome.out
    assert "\nid: tides\n" in outcome.out


@pytest.mark.parametrize("arguments", [DRAFT, IMPORT])
def test_an_existing_file_is_never_overwritten(grade: Call, folder: Path, arguments: tuple[str, ...]) -> None:
    (folder / "tides.yaml").write_text("mine")
    outcome = grade(*arguments, "--out", "tides.yaml")
    assert (outcome.code, outcome.out) == (2, "")
    assert "tides.yaml: this file is there already and is not overwritten" in outcome.err.splitlines()[-1]
    assert (folder / "tides.yaml").read_text() == "mine"


@pytest.mark.parametrize("arguments", [DRAFT, IMPORT])
@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (("--id", "The Tides"), "--id is 'The Tides'; an id is lower-case words"),
        (("--out", "tides.yml"), "tides.yml: a rubric is named ID.yaml"),
        (("--out", "The Tides.yaml"), "a rubric is named ID.yaml"),
        (("--out", "tides.yaml", "--id", "waves"), "make them the same"),
        (("--topic", " "), "--topic is ' '; it needs at least one word"),
        (("--question", "?"), "--question is '?'; it needs at least one word"),
        (("--reference", "nowhere.md"), "nowhere.md: no such file"),
    ],
)
def test_a_wrong_call_is_one_clear_line(
    grade: Call, folder: Path, arguments: tuple[str, ...], extra: tuple[str, ...], message: str
) -> None:
    assert_one_clear_line(grade(*arguments, *extra), message)
    assert not list(folder.glob("*.y*ml")) or [path.name for path in folder.glob("*.y*ml")] == [
        "criteria.yaml"
    ]


def test_the_id_comes_from_the_files_where_it_is_not_given(grade: Call, folder: Path) -> None:
    (folder / "Neap Tides.md").write_text(REFERENCE)
    drafted = grade("rubric", "draft", "--question", "Why?", "--reference", "Neap Tides.md")
    assert "\nid: neap-tides\n" in drafted.out
    assert "\nid: criteria\n" in grade(*IMPORT).out
    assert "\nid: tides\n" in grade(*IMPORT, "--reference", "reference_answers/tides.md").out


def test_where_the_reference_answer_goes_is_said(grade: Call, folder: Path) -> None:
    outcome = grade(*IMPORT, "--out", "other/rubrics/tides.yaml")
    assert "write a reference answer to other/reference_answers/tides.md" in outcome.err
    (folder / "mine.md").write_text(REFERENCE)
    outcome = grade(*IMPORT, "--out", "another/rubrics/tides.yaml", "--reference", "mine.md")
    assert "copy mine.md to another/reference_answers/tides.md" in outcome.err


def test_every_option_has_an_environment_variable(
    grade: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("QUESTION", "Why?"), ("REFERENCE", "reference_answers/tides.md"), ("ID", "waves"),
                        ("TOPIC", "oceans"), ("OUT", "waves.yaml")):  # fmt: skip
        monkeypatch.setenv(f"GRADE_RUBRIC_{name}", value)
    assert grade("rubric", "draft").code == 0
    assert "id: waves\nquestion: Why?\ntopic: oceans\n" in (folder / "waves.yaml").read_text()


@pytest.mark.parametrize(
    "arguments", [["rubric", "-h"], ["rubric", "draft", "-h"], ["rubric", "import", "-h"]]
)
def test_help_fits_80_columns(grade: Callable[..., object], arguments: list[str]) -> None:
    outcome = grade(*arguments)
    assert isinstance(outcome, tuple)
    assert outcome[0] == 0
    assert max(map(len, outcome[1].splitlines())) <= 80
    assert "\\b" not in outcome[1]
