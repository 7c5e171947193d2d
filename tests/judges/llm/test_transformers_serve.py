"""The server judge against a server that others wrote: ``transformers serve`` with a small model."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.bank import KeyPoint, Question
from grader.judges.llm.causal import CausalJudge, open_causal
from grader.judges.llm.http_client import Limits
from grader.judges.llm.server import ServerJudge, open_server
from grader.judges.names import open_judge
from grader.judges.protocol import JudgeSettings, Task, Verdict
from grader.passages import Answer

# A folder is what `transformers serve` takes without a doubt; of a GGUF file alone it may not know the class.
CONVERT = """
import sys
from transformers import AutoModelForCausalLM, AutoTokenizer
folder, file, to = sys.argv[1:]
packed = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file)
config = packed.config
if hasattr(config, "quantization_config"):
    del config.quantization_config  # the weights were unpacked on the way
model = AutoModelForCausalLM.from_config(config)
model.load_state_dict(packed.state_dict())
model.save_pretrained(to)
AutoTokenizer.from_pretrained(folder, gguf_file=file).save_pretrained(to)
"""

pytestmark = pytest.mark.xdist_group("language-model")

TASK = Task(
    Question(
        id="sky",
        question="Why is the sky blue?",
        topic="light",
        key_points=(
            KeyPoint(id="scatter", text="The air scatters blue light more than red light."),
            KeyPoint(id="wave", text="Blue light has a shorter wave than red light."),
        ),
        reference_answer="The air scatters short waves the most, and blue light has the shorter ones.",
    ),
    Answer.of("The air scatters blue light more than it does red light."),
)


def _offline() -> dict[str, str]:
    hidden = ("GRADE_API_KEY", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    # One thread, since several hinder one another where other tests run beside it.
    return {**kept, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def folder(small_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The small model as a folder."""
    for needed in ("transformers", "gguf", "accelerate", "fastapi", "uvicorn", "openai"):
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"{needed} is not installed")
    to = tmp_path_factory.mktemp("serve") / "small"
    arguments = [sys.executable, "-c", CONVERT, str(small_model.parent), small_model.name, str(to)]
    subprocess.run(arguments, env=_offline(), check=True, capture_output=True, timeout=240)
    yield to
    shutil.rmtree(to)  # half a gigabyte


@pytest.fixture(scope="module")
def base(folder: Path) -> Iterator[str]:
    """The base address of a running server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve"]
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    log = folder.parent / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, str(folder), *options], env=_offline(), stdout=output, stderr=output
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(1200):
        if process.poll() is not None:
            break
        try:
            with direct.open(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"no server: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def _judge(base: str, model: object) -> ServerJudge:
    return open_server(f"{base}#{model}", JudgeSettings(), Limits(waits=()))


def test_every_key_point_has_a_probability_or_an_honest_reason(base: str, folder: Path) -> None:
    judge = open_judge(f"openai:{base}#{folder}")
    (judgement,) = judge.judge([TASK])
    assert judgement.calls == 2
    for finding in judgement.findings:
        assert (finding.verdict(judge.thresholds) is Verdict.UNSCORED) == bool(finding.unscored)
        assert 0.0 <= finding.probability <= 1.0
        # A tiny model may say neither; that the request or the reply was wrong would be our mistake.
        assert finding.unscored in ("", "the model said neither yes nor no", "the model said nothing")


def test_a_completion_is_the_same_twice(base: str, folder: Path) -> None:
    judge = _judge(base, folder)
    first, second = (judge.write(TASK, "\n\nWhy is the sky blue? Say it in two words.") for _ in range(2))
    assert first
    assert first == second


def test_a_model_that_the_server_does_not_have_is_unscored_with_a_reason(base: str) -> None:
    findings = _judge(base, "another/model").read(TASK)
    assert {each.unscored for each in findings} == {"the server refused the request (400)"}


def test_a_folder_with_safetensors_reads_as_the_gguf_file_does(
    folder: Path, small_judge: CausalJudge
) -> None:
    assert list(folder.glob("*.safetensors"))
    in_folder = open_causal(str(folder), JudgeSettings(device="cpu")).read(TASK)
    for one, other in zip(in_folder, small_judge.read(TASK), strict=True):
        assert one.raw == pytest.approx(other.raw, abs=1e-3)
