import json
import shutil
from pathlib import Path

import pytest

from grader import UserError
from grader.models import resolve
from grader.models.files import DEFAULT_MODEL, bundled_models

LARGEST_MODEL = 50_000_000


def test_every_bundled_file_is_the_one_that_its_manifest_names() -> None:
    for name, folder in bundled_models().items():
        files = resolve(name)
        assert files.folder == folder
        assert all(files.checked(file).is_file() for file in files.manifest.files)
        assert (folder / "LICENSE").is_file()


def test_the_default_model_is_bundled_within_its_size() -> None:
    folder = bundled_models()[DEFAULT_MODEL]
    assert sum(path.stat().st_size for path in folder.iterdir()) <= LARGEST_MODEL


def test_a_folder_is_a_model_too(tmp_path: Path) -> None:
    shutil.copytree(resolve(DEFAULT_MODEL).folder, tmp_path / "mine")
    assert resolve(str(tmp_path / "mine")).checked("tokenizer.json").parent == tmp_path / "mine"


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UserError, match=f"did you mean {DEFAULT_MODEL}"):
        resolve("all-minilm-l12-v2")
    with pytest.raises(UserError, match=f"bundled: {DEFAULT_MODEL}"):
        resolve("zzz")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    manifest = {
        "name": "x",
        "version": "1",
        "source": "s",
        "licence": "MIT",
        "files": {"tokenizer.json": "0"},
    }
    (tmp_path / "model.json").write_text(json.dumps(manifest))
    with pytest.raises(UserError, match=r"tokenizer\.json: the file is damaged"):
        resolve(str(tmp_path)).checked("tokenizer.json")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    manifest = {"name": "x", "version": "1", "source": "s", "licence": "MIT", "files": {"encoder.onnx": "0"}}
    (tmp_path / "model.json").write_text(json.dumps(manifest))
    with pytest.raises(UserError, match=r"encoder\.onnx: No such file"):
        resolve(str(tmp_path)).checked("encoder.onnx")


@pytest.mark.parametrize("content", ["", "{", '{"name": 1}', "[]"])
def test_a_broken_manifest_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "model.json").write_text(content)
    with pytest.raises(UserError, match=r"model\.json: ") as raised:
        resolve(str(tmp_path))
    assert "\n" not in str(raised.value)
