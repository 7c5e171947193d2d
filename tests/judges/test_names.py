from pathlib import Path

import pytest

from grader.errors import UserError
from grader.judges import DEFAULT_MODEL, open_judge
from grader.judges.names import KINDS


def test_the_bundled_judge_has_a_short_name() -> None:
    assert open_judge("bundled").name == DEFAULT_MODEL
    assert open_judge("bundled").version == open_judge().version


def test_a_misspelt_kind_is_told_with_the_nearest() -> None:
    with pytest.raises(UserError, match="no judge of the kind 'opena'; did you mean openai:x"):
        open_judge("opena:x")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_without_a_model_says_what_stands_after_the_colon(kind: str) -> None:
    with pytest.raises(UserError, match="names no model; after the colon stands"):
        open_judge(f"{kind}:")


def test_both_judges_of_a_cascade_are_named_in_it(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"not read before the first answer")
    cascade = open_judge(f" bundled , hf:{tmp_path / 'm.gguf'}")
    assert cascade.name == f"{DEFAULT_MODEL},hf:{tmp_path / 'm.gguf'}"
    assert cascade.batch == 1
