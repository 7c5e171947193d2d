import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from grader.cli.options import judge_options
from grader.judges import JudgeSettings
from tests.cli.test_batch import table_of
from tests.cli.test_cli import EXAMPLE, Call, assert_one_clear_line, grade

__all__ = ["grade"]  # a fixture

MakeBank = Callable[..., Path]


def settings_of(*arguments: str, **environment: str) -> tuple[str, JudgeSettings]:
    called: list[tuple[str, JudgeSettings]] = []

    @click.command()
    @judge_options
    def command(judge: str, settings: JudgeSettings) -> None:
        called.append((judge, settings))

    outcome = CliRunner().invoke(command, arguments, env=environment)
    assert outcome.exit_code == 0, outcome.output
    return called[0]


def test_what_is_not_given_is_the_settings_own() -> None:
    assert settings_of() == ("all-minilm-l6-v2", JudgeSettings())


def test_each_setting_has_an_option_and_a_variable() -> None:
    wanted = JudgeSettings(None, "cpu", allow_remote=True, show_reference=True, unsure=(0.0, 0.75))
    options = ("--judge", "a", "--device", "cpu", "--allow-remote", "--show-reference", "--unsure", "0-.75")
    assert settings_of(*options) == ("a", wanted)
    variables = {"JUDGE": "a", "DEVICE": "cpu", "ALLOW_REMOTE": "1", "SHOW_REFERENCE": "1"}
    variables["UNSURE"] = "0.0 - 0.75"
    assert settings_of(**{f"GRADE_{name}": value for name, value in variables.items()}) == ("a", wanted)


@pytest.mark.parametrize("band", ["0.8-0.2", "0.5-0.5", "0.5", "0-1.5", "-0.1-0.5", "a-b", "0.1-0.2-0.3", ""])
def test_a_band_that_is_none_is_one_clear_line(grade: Call, band: str) -> None:
    assert_one_clear_line(grade(EXAMPLE, "-q", "random-forest", "--unsure", band), "LOW-HIGH", "0.2-0.8")


def test_a_judge_that_cannot_explain_is_one_clear_line(grade: Call) -> None:
    assert_one_clear_line(grade(EXAMPLE, "-q", "random-forest", "--explain"), "cannot explain", "hf:")


class Nonsense(BaseHTTPRequestHandler):
    """A server that answers, and says nothing."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def nonsense() -> Iterator[str]:
    """The name of a judge that cannot score anything."""
    pytest.importorskip("httpx", reason="no server is asked without httpx")
    with ThreadingHTTPServer(("127.0.0.1", 0), Nonsense) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"openai:http://127.0.0.1:{server.server_port}/v1#nobody"
        server.shutdown()
        thread.join()


@pytest.fixture
def tides(make_bank: MakeBank, tmp_path: Path) -> tuple[str, str]:
    """The bank of one question, and an answer to it."""
    (tmp_path / "answer.txt").write_text(
        "The moon pulls the sea. There is high water on some days. The wind has a part in it."
    )
    return str(make_bank()), str(tmp_path / "answer.txt")


def test_an_answer_that_cannot_be_scored_has_no_grade(
    grade: Call, nonsense: str, tides: tuple[str, str]
) -> None:
    outcome = grade(tides[1], "-q", "tides", "--bank", tides[0], "--judge", nonsense)
    assert (outcome.code, outcome.out) == (2, "")
    told, failed = outcome.err.splitlines()
    assert told.startswith(f"the judge {nonsense} is not calibrated")
    assert told.endswith(f"run grade calibrate --judge {nonsense}")
    assert failed.startswith("grade: the judge could not score any key point of this answer: ")


def test_of_a_cascade_what_the_second_judge_cannot_score_goes_to_review(
    grade: Call, nonsense: str, tides: tuple[str, str]
) -> None:
    cascade = ("--judge", f"bundled,{nonsense}", "--unsure", "0-0.5", "--format", "json")
    outcome = grade(tides[1], "-q", "tides", "--bank", tides[0], *cascade)
    assert outcome.code == 0
    assert len(outcome.err.splitlines()) == 1
    result = json.loads(outcome.out)
    assert result["unscored"] == ["twice"]
    assert [point["judge"] for point in result["key_points"]] == ["all-minilm-l6-v2", nonsense]
    assert result["coverage"] == 1.0
    assert result["judge"]["calls"] == 2  # the key point and the misconception
    reasons = result["review"]["reasons"]
    assert any(reason.startswith("1 of 2 key points was not scored") for reason in reasons)
    assert any(reason.startswith("1 of 1 misconception was not scored") for reason in reasons)


def test_in_a_class_what_cannot_be_scored_is_a_problem_and_tried_again(
    grade: Call, nonsense: str, tides: tuple[str, str], tmp_path: Path
) -> None:
    source, out = tmp_path / "a.csv", tmp_path / "out"
    said = "The moon pulls the sea."
    source.write_text(f"student,question,answer\nann,tides,{said}\nben,tides,{said}\ncem,tides,\n")
    call = ("batch", str(source), "--out", str(out), "--bank", tides[0], "--judge", nonsense)
    for before in ("", "1 of 2 different answers were graded before\n"):
        outcome = grade(*call)
        assert outcome.code == 1
        assert outcome.err.startswith(f"{before}the judge {nonsense} is not calibrated")
        assert outcome.err.count("not calibrated") == 1
        assert "2 could not be graded" in outcome.err
        assert [row["submission"] for row in table_of(out / "grades.csv")] == ["cem/tides"]
        problems = table_of(out / "problems.csv")
        assert [row["row"] for row in problems] == ["2", "3"]
        assert all("could not score any key point" in row["reason"] for row in problems)
