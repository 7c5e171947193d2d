"""The small language model as a judge."""

from pathlib import Path

import pytest

from grader.judges import JudgeSettings
from grader.judges.llm.causal import CausalJudge, open_causal


@pytest.fixture(scope="session")
def small_judge(small_model: Path) -> CausalJudge:
    """The judge of that model, loaded once."""
    return open_causal(str(small_model), JudgeSettings(device="cpu"))
