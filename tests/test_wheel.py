import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LARGEST_WHEEL = 60_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_carries_the_bank_and_the_model_and_nothing_of_the_workshop(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert wheel.stat().st_size < LARGEST_WHEEL
    assert sum(name.startswith("grader/own_bank/rubrics/") for name in names) == 41
    assert sum(name.startswith("grader/own_bank/reference_answers/") for name in names) == 41
    assert "grader/models/all-minilm-l6-v2/encoder.onnx" in names
    assert "grader/models/all-minilm-l6-v2/LICENSE" in names
    assert "grader/reports/templates/class.html" in names
    assert not any(name.startswith(("tests/", "eval/", "examples/")) for name in names)


def test_the_wheel_grades_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    (tmp_path / "answer.txt").write_text("Many decision trees vote on the class.")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}

    def output(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
        ).stdout

    assert str(tmp_path) in output("-c", "import grader; print(grader.__file__)")
    grade = json.loads(output("-m", "grader", "answer.txt", "-q", "random-forest", "--format", "json"))
    assert grade["coverage"] > 0
    assert "41 questions" in output("-m", "grader", "check")
    (tmp_path / "class.csv").write_text("student,question,answer\nann,pca,Axes of greatest variance.\n")
    output("-m", "grader", "batch", "class.csv", "--out", "results")
    assert (tmp_path / "results" / "report.html").exists()
