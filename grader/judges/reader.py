"""The second stage: what an answer says of a key point, where their words alone can't tell.

A few layers in which a key point's tokens attend to the answer's, which were encoded once and know
nothing of key points. All the key points to be read go through in one run, one after another, each
hidden from the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from grader.judges.encoder import FloatArray, Window, open_session
from grader.models import ModelFiles

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Stretch = tuple[int, int]

HIDDEN = -10_000.0
"""Added to the attention of what may not be looked at; its exponential is exactly 0."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer says of a proposition, as probabilities that sum to 1 with "nothing".

    Attributes:
        supported: that it states it.
        contradicted: that it states the contrary.
    """

    supported: float
    contradicted: float


class Reader:
    """The reader of a model folder, loaded at first use. Calls may come from several threads."""

    def __init__(self, files: ModelFiles) -> None:
        self._files = files

    @cached_property
    def _session(self) -> "InferenceSession":
        return open_session(self._files.checked("reader.onnx"))

    def read(
        self, propositions: Sequence[FloatArray], stretches: Sequence[Stretch], window: Window
    ) -> list[Reading]:
        """Read a stretch of an answer for what it says of some propositions.

        Args:
            propositions: for each its states, shape (tokens, dimensions), see ``Encoder.lower_states``;
                at least one.
            stretches: for each the stretch of the answer that it may see, start and end in characters.
            window: the part of the answer that holds these.

        Returns:
            A reading for each.
        """
        lengths = [len(states) for states in propositions]
        owners = np.repeat(np.arange(len(lengths)), lengths)
        own = owners[np.newaxis] == np.arange(len(lengths))[:, np.newaxis]
        starts = window.starts
        shown = [(starts < 0) | ((starts >= start) & (starts < end)) for start, end in stretches]
        visible = np.concatenate((own, shown), axis=1)
        hidden = np.where(visible[owners], np.float32(0), np.float32(HIDDEN))[np.newaxis, np.newaxis]
        (outcomes,) = self._session.run(
            None,
            {
                "states": np.concatenate(propositions)[np.newaxis],
                **{f"memory_{i}": states for i, states in enumerate(window.memory)},
                "hidden": hidden,
                "firsts": np.array([0, *accumulate(lengths)][:-1], dtype=np.int64),
                "shares": (own / np.array(lengths)[:, np.newaxis]).astype(np.float32),
            },
        )
        powers = np.exp(outcomes - outcomes.max(axis=1, keepdims=True))
        shares = powers / powers.sum(axis=1, keepdims=True)
        return [Reading(float(supported), float(contradicted)) for supported, _, contradicted in shares]
