import re
from pathlib import Path

import pytest

from eval.benchmarks.gather import gathered
from eval.readme import README, filled

ROOT = Path(__file__).parents[2]


def test_the_readme_shows_what_the_commands_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = README.read_text(encoding="utf-8")
    assert filled(text) == text, "run `make readme`"


def test_the_readme_shows_every_example() -> None:
    text = README.read_text(encoding="utf-8")
    for path in (ROOT / "examples").iterdir():
        assert f"examples/{path.name}" in text


def test_the_files_that_the_readme_names_exist() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


def test_the_gathered_results_are_the_tables_as_they_are() -> None:
    text = (ROOT / "eval" / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    assert gathered() == text, "run `python -m eval.benchmarks.gather`"
