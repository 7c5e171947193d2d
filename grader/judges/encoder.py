"""A text into contextual token vectors, with one run of a small encoder on ONNX Runtime."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from grader.models import ModelFiles

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

WINDOW_TOKENS = 254
"""Tokens encoded at a time, without the two special ones: what the encoder was made for."""

WINDOW_OVERLAP = 64
"""Tokens that neighbouring windows share, so that every token has context on both sides."""

LONGEST_PROPOSITION = 160
LONGEST_QUESTION = 64
"""Tokens of a proposition and of its question that the reader is given: what it was trained with."""

FloatArray = NDArray[np.float32]
IntegerArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Window:
    """What the reader needs of a stretch of a text that was encoded at a time.

    Attributes:
        end: where, in characters, the last of its tokens starts that stands further from an edge in this
            window than in the next.
        starts: shape (tokens,), where each token starts in the text, in characters; -1 for the two
            special ones.
        memory: for each of the reader's layers the states of the window's tokens, shape
            (1, tokens, dimensions).
    """

    end: int
    starts: IntegerArray
    memory: tuple[FloatArray, ...]


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A text's tokens (those that hold a letter or a digit) and their vectors.

    Attributes:
        token_ids: shape (tokens,), the word pieces' ids in the vocabulary.
        starts: shape (tokens,), where each token starts in the text, in characters.
        vectors: shape (tokens, dimensions), unit length, in the context of the whole text.
        pooled: shape (dimensions,), unit length, for the text as a whole; zeros for no text.
        windows: what it was encoded in, in order; left out where no reader needs them.
    """

    token_ids: IntegerArray
    starts: IntegerArray
    vectors: FloatArray
    pooled: FloatArray
    windows: tuple[Window, ...] = ()


def open_session(path: Path) -> "InferenceSession":
    """Load a graph to be run on one thread, as it stands in the file.

    Args:
        path: an ONNX file.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # The file holds the graph as it was optimised once, so that no release changes a grade.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class Encoder:
    """A sentence encoder from a model folder, loaded at first use.

    Every window of every text is a run of its own, on one thread: a result then depends neither
    on what else is being encoded nor on the number of processors. Calls may come from several
    threads at once, which is how several processors are used.
    """

    def __init__(self, files: ModelFiles) -> None:
        self.files = files

    @property
    def fingerprint(self) -> str:
        """What tells this model's vectors from another's."""
        return self.files.digest("encoder.onnx", "tokenizer.json")

    @cached_property
    def _session(self) -> "InferenceSession":
        return open_session(self.files.checked("encoder.onnx"))

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.files.checked("tokenizer.json")))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def encode(self, text: str) -> EncodedText:
        """Encode a text, in overlapping windows where it is longer than one.

        Args:
            text: any text without lone surrogates; markup is read as words.

        Returns:
            The vectors of all of its tokens. A token in two windows takes its vector from the
            one in which it stands further from the edge.
        """
        encoding = self._tokenizer.encode(text)
        ids = np.array(encoding.ids, dtype=np.int64)
        length = len(ids) - 2
        kept: list[FloatArray] = []
        windows: list[Window] = []
        total = np.zeros(0, dtype=np.float32)
        for (start, end), (first, last) in _windows(length):
            window = np.concatenate((ids[:1], ids[1 + start : 1 + end], ids[-1:]))
            vectors, *memory = self._session.run(None, {"input_ids": window[np.newaxis]})
            kept.append(vectors[0, 1 + first - start : 1 + last - start])
            places = [-1, *(begin for begin, _ in encoding.offsets[1 + start : 1 + end]), -1]
            windows.append(Window(encoding.offsets[last][0], np.array(places, dtype=np.int64), tuple(memory)))
            total = vectors[0].sum(axis=0) + (total if total.size else 0)
        return _encoded(encoding, ids[1:-1], np.concatenate(kept), total, tuple(windows))

    def lower_states(self, text: str, question: str) -> FloatArray:
        """Encode a text as far as the reader wants it, in the context of a question.

        Args:
            text: a proposition; cut off after ``LONGEST_PROPOSITION`` tokens.
            question: what was asked; cut off after ``LONGEST_QUESTION`` tokens.

        Returns:
            Shape (tokens, dimensions), the states after the lower layers of the text's tokens and
            the two special ones around them.
        """
        ids = self._tokenizer.encode(text).ids
        ids = [*ids[: LONGEST_PROPOSITION + 1], ids[-1]] if len(ids) > LONGEST_PROPOSITION + 2 else ids
        asked = self._tokenizer.encode(question).ids[1:-1][:LONGEST_QUESTION]
        whole = np.array([*ids, *asked, *ids[-1:] * bool(asked)], dtype=np.int64)
        (states,) = self._session.run(["memory_0"], {"input_ids": whole[np.newaxis]})
        lower: FloatArray = states[0, : len(ids)]
        return lower


def _windows(length: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """For each window its first and last token, and the part of it that is kept."""
    step = WINDOW_TOKENS - WINDOW_OVERLAP
    count = 1 if length <= WINDOW_TOKENS else 1 + -(-(length - WINDOW_TOKENS) // step)
    spans = [(i * step, min(i * step + WINDOW_TOKENS, length)) for i in range(count)]
    edges = [0, *((left[1] + right[0]) // 2 for left, right in pairwise(spans)), length]
    return list(zip(spans, pairwise(edges), strict=True))


def _encoded(
    encoding: "Encoding",
    ids: IntegerArray,
    vectors: FloatArray,
    total: FloatArray,
    windows: tuple[Window, ...],
) -> EncodedText:
    is_word = np.array([any(map(str.isalnum, token)) for token in encoding.tokens[1:-1]], dtype=bool)
    starts = np.array([start for start, _ in encoding.offsets[1:-1]], dtype=np.int64)
    return EncodedText(
        ids[is_word],
        starts[is_word],
        _unit(vectors[is_word]),
        _unit(total) if is_word.any() else np.zeros_like(total),
        windows,
    )


def _unit(vectors: FloatArray) -> FloatArray:
    norms: FloatArray = np.sqrt(np.square(vectors).sum(axis=-1, keepdims=True))
    return (vectors / np.maximum(norms, np.float32(1e-9))).astype(np.float32, copy=False)
