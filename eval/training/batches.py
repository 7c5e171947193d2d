"""Pairs as padded batches, in an order that depends on a seed alone."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from eval.training.network import Batch
from eval.training.pair_arrays import Pairs, Texts

CLS, SEP = 101, 102
CHUNK = 48
"""Batches whose examples are sorted by length together."""

SHORT = 70
"""Tokens of a text that says one thing only."""

CLOSE_READING = ("contrast", "nli", "beetle", "bank")
"""Sources whose short texts differ in what they say and not only in what they speak of."""


SHARES = {"marked": 1.0, "contrast": 0.25, "beetle": 1.0, "bank": 1.0, "saf": 1.0, "argkp": 0.2, "nli": 0.1}
"""How many of each source's examples are taken where whole answers are wanted."""


def batches(
    pairs: Pairs, number: int, generator: np.random.Generator, size: int
) -> Iterator[tuple[Batch, Tensor]]:
    """The batches of one pass, examples of like length together, in random order.

    Args:
        pairs: of all passes.
        number: which pass.
        generator: of the order.
        size: examples a batch.

    Yields:
        A batch, and its targets, shape (pairs, 3).
    """
    examples = np.flatnonzero(pairs.passes == number)
    firsts = np.searchsorted(pairs.pairs[:, 1], np.arange(len(pairs.passes) + 1))
    lengths = _padded_lengths(pairs)
    generator.shuffle(examples)
    groups = []
    for start in range(0, len(examples), size * CHUNK):
        chunk = examples[start : start + size * CHUNK]
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        groups += [chunk[i : i + size] for i in range(0, len(chunk), size)]
    for position in generator.permutation(len(groups)):
        chosen = groups[position]
        rows = np.concatenate([np.arange(firsts[i], firsts[i + 1]) for i in chosen])
        yield make_batch(pairs, rows), torch.from_numpy(pairs.targets[rows])


def _padded_lengths(pairs: Pairs) -> np.ndarray:
    """What to sort examples by, so that little of a batch is padding: the longest key point first."""
    points = np.diff(pairs.points.ends, prepend=0)[pairs.asked[pairs.pairs[:, 0], 0]]
    longest = np.zeros(len(pairs.passes), dtype=np.int64)
    np.maximum.at(longest, pairs.pairs[:, 1], points)
    return longest // 12 * 1000 + np.diff(pairs.answers.ends, prepend=0)


def make_batch(pairs: Pairs, rows: np.ndarray) -> Batch:
    """Pad the texts of some pairs."""
    asked, point_rows = np.unique(pairs.pairs[rows, 0], return_inverse=True)
    answers, answer_rows = np.unique(pairs.pairs[rows, 1], return_inverse=True)
    bare = [np.concatenate(([CLS], pairs.points.row(pairs.asked[i, 0]), [SEP])) for i in asked]
    questions = [_question(pairs.questions, pairs.asked[i, 1]) for i in asked]
    return Batch(
        _padded([pairs.answers.row(i) for i in answers]),
        _padded([np.concatenate(both) for both in zip(bare, questions, strict=True)]),
        _padded(bare),
        torch.from_numpy(np.stack((point_rows, answer_rows), axis=1)),
    )


def _question(questions: Texts, row: int) -> np.ndarray:
    tokens = questions.row(row)
    return np.append(tokens, SEP) if len(tokens) else tokens


def _padded(rows: Sequence[np.ndarray]) -> Tensor:
    padded = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for target, row in zip(padded, rows, strict=True):
        target[: len(row)] = row
    return torch.from_numpy(padded)


def leave_out(pairs: Pairs, source: str) -> Pairs:
    """The pairs of all other sources; the texts stay where they are."""
    kept = pairs.sources[pairs.pairs[:, 1]] != source
    passes = np.where(pairs.sources == source, -1, pairs.passes)
    return pairs._replace(pairs=pairs.pairs[kept], targets=pairs.targets[kept], passes=passes)


def only_short(pairs: Pairs, seed: int) -> Pairs:
    """The short texts of some sources; of the entailment pairs half, lest they outweigh the others."""
    lengths = np.diff(pairs.answers.ends, prepend=0)
    kept = (lengths <= SHORT) & np.isin(pairs.sources, CLOSE_READING)
    kept &= (pairs.sources != "nli") | (np.random.default_rng(seed).random(len(kept)) < 0.5)
    return pairs._replace(passes=np.where(kept, pairs.passes, -1))


def mostly_whole_answers(pairs: Pairs, seed: int) -> Pairs:
    """All marked answers, and so much of the other sources that nothing is forgotten that they taught."""
    drawn = np.random.default_rng(seed).random(len(pairs.sources))
    kept = drawn < np.array([SHARES[source] for source in pairs.sources.tolist()])
    return pairs._replace(passes=np.where(kept, pairs.passes, -1))
