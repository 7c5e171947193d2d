"""The docs, the GitHub Action and the pre-commit hook say what is so."""

import re
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from grader.bank import Bank
from grader.cli.answer import answer
from grader.cli.batch import batch
from grader.cli.calibrate import calibrate
from grader.cli.check import check
from grader.cli.evaluate import evaluate
from grader.cli.rubric import rubric
from grader.quality.gate_files import read_gates
from grader.quality.golden import load_golden
from tests.conftest import REFERENCE_ANSWER, RUBRIC

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
COMMANDS: dict[str, click.Command] = {
    "check": check,
    "evaluate": evaluate,
    "calibrate": calibrate,
    "batch": batch,
    "answer": answer,
    **{f"rubric {name}": command for name, command in rubric.commands.items()},
}


def snippets(language: str) -> list[str]:
    return [
        match
        for path in DOCS
        for match in re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S)
    ]


def snippet_with(word: str) -> Any:
    (found,) = [yaml.safe_load(text) for text in snippets("yaml") if word in text]
    return found


def command_lines() -> list[str]:
    """Every call of `grade` in the docs, the action and the hook."""
    scripts = [text for path in DOCS for text in [path.read_text(encoding="utf-8")]]
    scripts += [step.get("run", "") for step in ACTION["runs"]["steps"]]
    joined = "\n".join(scripts).replace("\\\n", " ")
    return re.findall(
        r"(?<![\w/-])grade (?:check|evaluate|calibrate|batch|answer|rubric \w+)[^\n`|#]*", joined
    )


def steps_that_use(name: str) -> list[dict[str, Any]]:
    return [step for step in ACTION["runs"]["steps"] if step.get("uses", "").startswith(name)]


def test_there_are_docs_and_every_yaml_snippet_in_them_parses() -> None:
    assert [path.name for path in DOCS] == ["ci.md", "judges.md", "rubrics.md"]
    for snippet in snippets("yaml"):
        assert yaml.safe_load(snippet)


@pytest.mark.parametrize("line", command_lines())
def test_every_option_in_a_command_line_exists(line: str) -> None:
    name = max((name for name in COMMANDS if line.startswith(f"grade {name}")), key=len)
    known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    assert set(re.findall(r"(?<!\S)--[\w-]+", line)) <= known


def test_links_between_the_docs_lead_somewhere() -> None:
    for path in DOCS:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), target


def test_the_five_lines_for_github_are_five_and_use_the_action() -> None:
    (text,) = [text for text in snippets("yaml") if "pull_request" in text]
    workflow = yaml.safe_load(text)
    assert len(text.splitlines()) == 5
    # YAML 1.1 reads the key `on` as true.
    assert set(workflow) == {True, "jobs"}
    (job,) = workflow["jobs"].values()
    assert [step["uses"].split("@")[0] for step in job["steps"]] == ["actions/checkout", "OWNER/grade"]


def test_the_inputs_that_the_docs_name_are_those_of_the_action() -> None:
    (step,) = snippet_with("python-version")
    assert set(step["with"]) | {"version"} == set(ACTION["inputs"])


def test_the_hook_that_the_docs_name_is_there() -> None:
    (repository,) = snippet_with("hooks:")["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in HOOKS]


def test_the_gates_of_the_docs_are_read(tmp_path: Path) -> None:
    (text,) = [text for text in snippets("yaml") if text.startswith("gates:")]
    (tmp_path / "gates.yaml").write_text(text, encoding="utf-8")
    assert len(read_gates(tmp_path / "gates.yaml", ["tides"])) == 3


def test_the_golden_answers_and_misconceptions_of_the_docs_are_read(tmp_path: Path) -> None:
    (wrong,) = [text for text in snippets("yaml") if text.startswith("misconceptions:")]
    (golden,) = [text for text in snippets("yaml") if text.startswith("question:")]
    for folder, name, text in (
        ("rubrics", "tides.yaml", RUBRIC[: RUBRIC.index("misconceptions:")] + wrong),
        ("reference_answers", "tides.md", REFERENCE_ANSWER),
        ("golden", "tides.yaml", golden),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text, encoding="utf-8")
    bank = Bank.open(tmp_path)
    assert bank.problems() == ()
    (question,) = load_golden(tmp_path / "golden", bank)
    assert len(question.answers) == 1


def test_gitlab_shows_the_junit_file_that_is_written() -> None:
    job = snippet_with("artifacts:")["bank"]
    (call,) = [line for line in job["script"] if line.startswith("grade evaluate")]
    assert f"--junit {job['artifacts']['reports']['junit']}" in call
    assert all(path in call for path in job["artifacts"]["paths"])
    assert any(re.search(r"keypoint-grader\[evaluate\]==[\d.]+'", line) for line in job["script"])


def test_the_action_is_well_formed() -> None:
    assert set(ACTION) == {"name", "description", "inputs", "outputs", "runs"}
    assert set(ACTION["runs"]) == {"using", "steps"}
    assert ACTION["runs"]["using"] == "composite"
    for name, each in ACTION["inputs"].items():
        assert set(each) == {"description", "default"}, name
        assert isinstance(each["default"], str), name  # a bare 3.10 would be the number 3.1
    for step in ACTION["runs"]["steps"]:
        assert set(step) <= {"name", "id", "if", "shell", "env", "run", "uses", "with"}
        assert ("run" in step) != ("uses" in step)
        assert ("run" in step) == (step.get("shell") == "bash")


def test_everything_that_the_action_uses_is_pinned_to_a_commit_or_version() -> None:
    used = [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step]
    assert used
    for name in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", name)
    installs = [
        line for step in ACTION["runs"]["steps"] for line in step.get("run", "").splitlines() if "pip" in line
    ]
    assert [line.split()[-1] for line in installs] == [
        '"keypoint-grader[evaluate]==$VERSION"',
        '"$GITHUB_ACTION_PATH[evaluate]"',
    ]


def test_no_input_stands_in_the_text_of_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        for name, value in step.get("env", {}).items():
            assert f'"${name}"' in step["run"] or f'${name}"' in step["run"]
            assert re.fullmatch(r"\$\{\{ inputs\.[a-z-]+ \}\}", value)


def test_every_input_is_used_and_no_other() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(ACTION["inputs"])


@pytest.mark.parametrize(
    "step", [step for step in ACTION["runs"]["steps"] if "run" in step], ids=lambda one: one["name"]
)
def test_the_scripts_are_sound_shell(step: dict[str, Any]) -> None:
    subprocess.run(["bash", "-n", "-c", step["run"]], check=True)


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_evaluation_gets_its_options_and_its_exit_code_is_the_steps(tmp_path: Path, code: int) -> None:
    (step,) = [step for step in ACTION["runs"]["steps"] if step.get("id") == "evaluate"]
    fake = tmp_path / "grade"
    fake.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/called"\nexit {code}\n')
    fake.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "RUNNER_TEMP": f"{tmp_path}/runner temp",
        "GITHUB_OUTPUT": f"{tmp_path}/output",
        "GITHUB_STEP_SUMMARY": f"{tmp_path}/summary",
        "BANK": "my bank; exit",
        "GOLDEN": "",
        "GATES": "gates.yaml",
        "BASELINE": "",
    }
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    assert subprocess.run(shell, env=environment, check=False).returncode == code
    called = (tmp_path / "called").read_text().splitlines()
    assert called[:5] == ["evaluate", "--bank", "my bank; exit", "--gates", "gates.yaml"]
    assert called[5:7] == ["--markdown", f"{tmp_path}/summary"]
    assert set(called[7::2]) == {"--junit", "--html", "--json"}
    assert (tmp_path / "output").read_text() == f"report={tmp_path}/runner temp/grade-report\n"


def test_the_reports_are_kept_whether_or_not_a_gate_fails() -> None:
    (step,) = steps_that_use("actions/upload-artifact")
    assert "!cancelled()" in step["if"]
    assert "success()" not in step["if"]


def test_the_hook_is_well_formed_and_runs_on_the_files_of_a_bank() -> None:
    (hook,) = HOOKS
    assert set(hook) == {"id", "name", "description", "entry", "args", "language", "files", "pass_filenames"}
    assert (hook["entry"], hook["args"]) == ("grade check", ["--bank", "."])
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    for name in ("rubrics/tides.yaml", "rubrics/tides.yml", "banks/physics/reference_answers/tides.md"):
        assert re.search(hook["files"], name)
    for name in ("README.md", "golden/tides.yaml", "my-rubrics/tides.yaml"):
        assert not re.search(hook["files"], name)
