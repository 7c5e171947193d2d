from pathlib import Path

import pytest

from grader.errors import UserError
from grader.models.hugging_face import find_weights


def test_a_folder_with_a_configuration_is_a_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    assert find_weights(str(tmp_path)).gguf_file is None


def test_a_gguf_file_is_a_model_and_so_is_a_folder_with_one(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(b"GGUF")
    assert find_weights(str(tmp_path)) == find_weights(str(tmp_path / "a.gguf"))
    assert find_weights(str(tmp_path)).gguf_file == "a.gguf"


def test_of_two_gguf_files_one_has_to_be_named(tmp_path: Path) -> None:
    for name in ("a.gguf", "b.gguf"):
        (tmp_path / name).write_bytes(b"GGUF")
    with pytest.raises(UserError, match=r"2 \.gguf files here; name one"):
        find_weights(str(tmp_path))


def test_a_folder_or_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no model")
    for path in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(UserError, match=r"config\.json"):
            find_weights(str(path))


@pytest.mark.parametrize("name", ["nobody/no-such-model", "nobodys-model"])
def test_what_is_not_on_this_machine_is_not_fetched(name: str) -> None:
    with pytest.raises(UserError, match="no file or folder"):
        find_weights(name)


@pytest.mark.parametrize("name", ["/nowhere/model", "models/missing.gguf", "./model", "a/b/c"])
def test_what_can_only_be_a_path_is_not_offered_to_be_fetched(name: str) -> None:
    with pytest.raises(UserError, match="no such file or folder") as raised:
        find_weights(name)
    assert "hf download" not in str(raised.value)


def test_the_revision_follows_the_files(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, content in ((one, "1"), (other, "2")):
        folder.mkdir()
        (folder / "config.json").write_text("{}")
        (folder / "model.safetensors").write_text(content)
    assert find_weights(str(one)).revision != find_weights(str(other)).revision
