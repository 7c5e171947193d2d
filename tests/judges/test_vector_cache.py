from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from grader.judges.encoder import EncodedText, Encoder
from grader.judges.vector_cache import VectorCache, cache_folder
from grader.models import ModelFiles, resolve
from grader.models.files import DEFAULT_MODEL

TEXT = "The trees vote."


class CountingEncoder(Encoder):
    """An encoder that counts what it is asked."""

    def __init__(self) -> None:
        super().__init__(resolve(DEFAULT_MODEL))
        self.calls = 0

    def encode(self, text: str) -> EncodedText:
        self.calls += 1
        return super().encode(text)


@pytest.fixture
def encoder() -> CountingEncoder:
    return CountingEncoder()


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_text_is_encoded_once_and_then_read(encoder: CountingEncoder, tmp_path: Path) -> None:
    computed = VectorCache(encoder, tmp_path).encode(TEXT)
    kept = VectorCache(encoder, tmp_path).encode(TEXT)
    assert encoder.calls == 1
    for name in ("token_ids", "starts", "vectors", "pooled"):
        assert np.array_equal(getattr(computed, name), getattr(kept, name))
        assert getattr(computed, name).dtype == getattr(kept, name).dtype


def test_another_text_is_another_entry(encoder: CountingEncoder, tmp_path: Path) -> None:
    cache = VectorCache(encoder, tmp_path)
    assert len(cache.encode(TEXT).token_ids) != len(cache.encode(TEXT + " They average.").token_ids)
    assert len(entries(tmp_path)) == 2


@pytest.mark.parametrize("changed", ["encoder.onnx", "tokenizer.json"])
def test_another_model_has_entries_of_its_own(changed: str) -> None:
    folder, manifest = resolve(DEFAULT_MODEL)
    other = manifest.model_copy(update={"files": {**manifest.files, changed: "0" * 64}})
    assert Encoder(ModelFiles(folder, other)).fingerprint != Encoder(resolve(DEFAULT_MODEL)).fingerprint


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 broken", b"\x00" * 1000])
def test_a_damaged_entry_is_computed_again(encoder: CountingEncoder, tmp_path: Path, damage: bytes) -> None:
    cache = VectorCache(encoder, tmp_path)
    good = cache.encode(TEXT)
    (entry,) = entries(tmp_path)
    entry.write_bytes(damage)
    assert np.array_equal(cache.encode(TEXT).vectors, good.vectors)
    assert encoder.calls == 2
    cache.encode(TEXT)
    assert encoder.calls == 2


def test_a_truncated_entry_is_computed_again(encoder: CountingEncoder, tmp_path: Path) -> None:
    cache = VectorCache(encoder, tmp_path)
    cache.encode(TEXT)
    (entry,) = entries(tmp_path)
    entry.write_bytes(entry.read_bytes()[:-300])
    cache.encode(TEXT)
    assert encoder.calls == 2


def test_a_folder_that_cannot_be_written_is_done_without(encoder: CountingEncoder, tmp_path: Path) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    assert len(VectorCache(encoder, blocked).encode(TEXT).token_ids) == 3


def test_many_writers_leave_whole_entries_and_nothing_else(encoder: CountingEncoder, tmp_path: Path) -> None:
    texts = [f"The trees vote {i} times." for i in range(5)] * 8
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(VectorCache(encoder, tmp_path).encode, texts))
    assert len(entries(tmp_path)) == 5
    calls = encoder.calls
    for text, result in zip(texts, results, strict=True):
        assert np.array_equal(VectorCache(encoder, tmp_path).encode(text).vectors, result.vectors)
    assert encoder.calls == calls


def test_the_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRADE_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
