"""Vectors of key points on disk, so that each is computed once on a machine."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

from grader.judges.encoder import EncodedText, Encoder

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
        """The text's vectors, from disk where they are there."""
        path = self._folder / (hashlib.sha256(text.encode()).hexdigest() + _SUFFIX)
        kept = _read(path)
        if kept is not None:
            return kept
        encoded = self._encoder.encode(text)
        with contextlib.suppress(OSError):
            _write(path, encoded)
        return encoded


def _read(path: Path) -> EncodedText | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return EncodedText(*(arrays[name] for name in _ARRAYS))
    except Exception:  # a damaged file fails in many ways, and all mean the same: compute it again
        return None


def _write(path: Path, encoded: EncodedText) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=_SUFFIX)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **{name: getattr(encoded, name) for name in _ARRAYS})
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
