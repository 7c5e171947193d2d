import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.cli import evaluate
from tests.cli.test_cli import Call, MakeBank, assert_one_clear_line, grade

__all__ = ["grade"]  # a fixture

GOLDEN = """\
question: tides
answers:
  - id: good
    tags: [strong]
    text: The moon pulls the sea towards it by its gravity, so high water comes twice a day in most places.
    covers: [moon, twice]
    misconceptions: []
    grade: 1.0
  - id: half
    tags: [partial]
    text: The moon's gravity pulls on the water of the sea.
    covers: [moon]
    misconceptions: []
    grade: 0.6
  - id: wrong
    tags: [misconception]
    text: Wind pushes the water to the shore, that is all there is to it.
    covers: []
    misconceptions: [wind]
    grade: 0.0
"""
GATES = """\
gates:
  - measure: key-point-f1
    at_least: {least}
    reason: As good as two examiners.
"""


@pytest.fixture
def bank(make_bank: Callable[..., Path]) -> Path:
    """A bank of one question outside the checkout, with golden answers and a gate that holds."""
    folder = make_bank()
    (folder / "golden").mkdir()
    (folder / "golden" / "tides.yaml").write_text(GOLDEN)
    (folder / "gates.yaml").write_text(GATES.format(least=0.1))
    return folder


def test_a_foreign_bank_is_evaluated_outside_the_checkout(bank: Path) -> None:
    command = [sys.executable, "-m", "grader", "evaluate", "--bank", str(bank)]
    result = subprocess.run(command, cwd=bank, capture_output=True, text=True, env=os.environ, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert "key-point-f1" in result.stdout


def test_all_reports_are_written_and_say_the_same(grade: Call, bank: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / f"report.{name}" for name in evaluate.REPORTS}
    options = [word for name, path in files.items() for word in (f"--{name}", str(path))]
    assert grade("evaluate", "--bank", str(bank), *options).code == 0
    content = json.loads(files["json"].read_text())
    assert content["passed"] is True
    assert {"key-point-f1", "ablation-lost", "probe-injection"} <= {m["measure"] for m in content["measures"]}
    assert ElementTree.parse(files["junit"]).getroot().attrib["failures"] == "0"
    assert "key-point-f1" in files["markdown"].read_text()
    assert "<svg" in files["html"].read_text()


def test_a_gate_that_fails_is_named_and_the_exit_code_is_1(grade: Call, bank: Path, tmp_path: Path) -> None:
    (bank / "gates.yaml").write_text("gates:\n  - {measure: probe-injection, at_least: 2, reason: No way.}\n")
    junit = tmp_path / "report.xml"
    result = grade("evaluate", "--bank", str(bank), "--junit", str(junit))
    assert result.code == 1
    assert "probe-injection" in result.out
    assert int(ElementTree.parse(junit).getroot().attrib["failures"]) >= 1


def test_a_baseline_shows_what_changed_and_a_real_loss_fails(grade: Call, bank: Path, tmp_path: Path) -> None:
    kept = tmp_path / "baseline.json"
    call = ("evaluate", "--bank", str(bank))
    (bank / "reference_answers" / "tides.md").write_text(
        "The gravity of the moon pulls the sea towards it. In most places high water comes twice a day.\n"
    )
    assert grade(*call, "--write-baseline", str(kept)).code == 0
    assert grade(*call, "--baseline", str(kept)).code == 0
    (bank / "reference_answers" / "tides.md").write_text("I like the sea, and I go there in summer.\n")
    result = grade(*call, "--baseline", str(kept))
    assert result.code == 1
    assert "reference-covers" in result.out


def test_one_question_has_the_same_figures_as_in_the_whole_bank(
    grade: Call, bank: Path, tmp_path: Path
) -> None:
    whole, one = tmp_path / "whole.json", tmp_path / "one.json"
    grade("evaluate", "--bank", str(bank), "--json", str(whole))
    grade("evaluate", "--bank", str(bank), "-q", "tides", "--json", str(one))
    of_question = [
        [m for m in json.loads(path.read_text())["measures"] if m["question"] == "tides"]
        for path in (whole, one)
    ]
    assert of_question[0] == of_question[1] != []


def test_a_real_class_gives_the_item_statistics(grade: Call, bank: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "class.csv", tmp_path / "results"
    rows = [f"s{i},The moon's gravity pulls the water of the sea number {i}." for i in range(8)]
    source.write_text("student,answer\n" + "\n".join(rows) + "\n")
    assert grade("batch", str(source), "-q", "tides", "--bank", str(bank), "--out", str(out)).code == 0
    report = tmp_path / "report.json"
    assert grade("evaluate", "--bank", str(bank), "--results", str(out), "--json", str(report)).code == 0
    weaknesses = json.loads(report.read_text())["weaknesses"]
    assert any("8 " in w["what"] and w["key_point"] == "twice" for w in weaknesses)


def test_without_golden_answers_it_says_that_agreement_is_not_measured(grade: Call, bank: Path) -> None:
    (bank / "golden" / "tides.yaml").unlink()
    (bank / "golden").rmdir()
    (bank / "gates.yaml").unlink()
    result = grade("evaluate", "--bank", str(bank))
    assert result.code == 0
    assert "no golden answers" in result.err
    assert "key-point-f1" not in result.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-q", "tidess"], ["did you mean tides"]),
        (["--golden", "nowhere"], ["nowhere"]),
        (["--gates", "nowhere.yaml"], ["nowhere.yaml", "no such file"]),
        (["--baseline", "nowhere.json"], ["nowhere.json", "no such file"]),
        (["--results", "nowhere"], ["nowhere", "no results here"]),
        (["--limit", "-1"], ["--limit"]),
        (["--json", "nowhere/report.json", "--limit", "x"], ["--limit"]),
    ],
)
def test_a_wrong_call_is_one_clear_line(
    grade: Call, bank: Path, arguments: list[str], words: list[str]
) -> None:
    assert_one_clear_line(grade("evaluate", "--bank", str(bank), *arguments), *words)


def test_a_misspelt_key_in_golden_answers_is_told_with_its_line(grade: Call, bank: Path) -> None:
    (bank / "golden" / "tides.yaml").write_text(GOLDEN.replace("covers: [moon]", "cover: [moon]"))
    assert_one_clear_line(grade("evaluate", "--bank", str(bank)), "tides.yaml:12", "covers")


def test_without_its_extra_the_command_says_what_to_install(
    grade: Call, bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "EXTRA", ("no_such_module",))
    assert_one_clear_line(grade("evaluate", "--bank", str(bank)), "keypoint-grader[evaluate]")


def test_two_judges_are_put_side_by_side_in_all_reports(grade: Call, bank: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / f"report.{name}" for name in ("json", "markdown", "html")}
    options = [word for name, path in files.items() for word in (f"--{name}", str(path))]
    judges = ("--judge", "bundled", "--judge", "all-minilm-l6-v2")
    result = grade("evaluate", "--bank", str(bank), *judges, *options)
    assert result.code == 0
    assert "they agree with people equally well" in result.out
    assert "texts judged by bundled" in result.err
    first, second = json.loads(files["json"].read_text())["judges"]
    assert (first["asked"], second["asked"]) == ("bundled", "all-minilm-l6-v2")
    of_time = {"seconds-median", "seconds-mean", "seconds-until-ready", "peak-memory"}
    same = [
        [measure for measure in judge["measures"] if measure["measure"] not in of_time]
        for judge in (first, second)
    ]
    assert same[0] == same[1] != []
    measured = {measure["measure"]: measure["value"] for measure in first["measures"]}
    assert of_time <= set(measured)
    assert measured["peak-memory"] > 50
    assert "key point F1" in files["markdown"].read_text()
    assert files["html"].read_text().count("<svg") == 2


def test_a_judge_that_is_not_there_stops_a_comparison_before_it_begins(grade: Call, bank: Path) -> None:
    result = grade("evaluate", "--bank", str(bank), "--judge", "bundled", "--judge", "nobody")
    assert_one_clear_line(result, "no model named 'nobody'")


def test_the_environment_names_several_judges_with_spaces_between(
    grade: Call, bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADE_JUDGE", "bundled nobody")
    assert_one_clear_line(grade("evaluate", "--bank", str(bank)), "no model named 'nobody'")


def test_several_judges_without_golden_answers_are_one_clear_line(grade: Call, make_bank: MakeBank) -> None:
    result = grade("evaluate", "--bank", str(make_bank()), "--judge", "bundled", "--judge", "bundled")
    assert_one_clear_line(result, "--golden")


@pytest.mark.parametrize(
    "option", ["--results", "--gates", "--baseline", "--write-baseline", "--junit", "--limit"]
)
def test_what_is_for_one_judge_is_refused_for_several(grade: Call, bank: Path, option: str) -> None:
    result = grade("evaluate", "--bank", str(bank), "--judge", "bundled", "--judge", "bundled", option, "1")
    assert_one_clear_line(result, option, "for one judge")


def test_a_sample_is_refused_for_one_judge(grade: Call, bank: Path) -> None:
    assert_one_clear_line(grade("evaluate", "--bank", str(bank), "--sample", "5"), "--sample", "several")
