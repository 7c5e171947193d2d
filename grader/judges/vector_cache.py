"""Vectors of key points on disk, so that each is computed once on a machine."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from grader.judges.encoder import EncodedText, Encoder, FloatArray

_ARRAYS = ("token_ids", "starts", "vectors", "pooled")
_SUFFIX = ".npz"


def cache_folder() -> Path:
    """Where vectors are kept: ``GRADE_CACHE``, or the user's cache folder of this platform."""
    named = os.environ.get("GRADE_CACHE")
    return Path(named) if named else user_cache_path("keypoint-grader")


class VectorCache:
    """Encodes texts through an encoder and keeps the results on disk.

    An entry is a file named by the model's fingerprint and the text's hash, written under another
    name and then moved into place: a reader sees a whole file or none, however many write. An
    entry that cannot be read is computed again; a folder that cannot be written is done without.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self._encoder = encoder
        self._folder = folder / encoder.fingerprint

    def encode(self, text: str) -> EncodedText:
        """The text's vectors, from disk where they are there; without windows."""
        path = self._path(text)
        kept = _read(path, _ARRAYS)
        if kept is not None:
            return EncodedText(*kept)
        encoded = self._encoder.encode(text)
        with contextlib.suppress(OSError):
            _write(path, {name: getattr(encoded, name) for name in _ARRAYS})
        return replace(encoded, windows=())

    def lower_states(self, text: str, question: str) -> FloatArray:
        """A proposition's states for the reader, from disk where they are there."""
        path = self._path(f"{text}\0{question}")
        kept = _read(path, ("states",))
        if kept is not None:
            known: FloatArray = kept[0]
            return known
        states = self._encoder.lower_states(text, question)
        with contextlib.suppress(OSError):
            _write(path, {"states": states})
        return states

    def _path(self, text: str) -> Path:
        return self._folder / (hashlib.sha256(text.encode()).hexdigest() + _SUFFIX)


def _read(path: Path, names: Sequence[str]) -> list[Any] | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return [arrays[name] for name in names]
    except Exception:  # a damaged file fails in many ways, and all mean the same: compute it again
        return None


def _write(path: Path, arrays: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=_SUFFIX)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
