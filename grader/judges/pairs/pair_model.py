"""A model that reads two texts as a pair, through sentence-transformers.

It is run in single precision and without the function that its authors put behind it, so that what
comes out is the model's own numbers. All pairs of one answer are one call.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache, cached_property, lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from grader.errors import UserError
from grader.judges.devices import pick_device
from grader.judges.pairs.windows import Window, windows
from grader.judges.protocol import JudgeSettings, Task
from grader.judges.quiet import quietly
from grader.judges.raw import RawFinding
from grader.models.hugging_face import EXTRA, Weights, find_weights

VERSION = "pairs-1"
"""The way an answer is cut and read; another way is another version."""

PAIRS_AT_ONCE = 32

MOST_TOKENS = 1024
"""Tokens of the longest pair, whatever the model could read: the memory that attention takes grows with
the square."""

LEAST_ROOM = 8
"""Tokens that a proposition must leave for the answer."""

LAST_LENGTHS = 4096
"""Texts whose number of tokens is kept in memory: they are asked for again for each proposition."""

NOTHING_STATED = -50.0
"""The number for an answer that states nothing that could support a proposition."""

_HEAD = "ForSequenceClassification"

FloatArray = NDArray[np.float32]


class Read(NamedTuple):
    """What a model says of an answer and one proposition.

    Attributes:
        windows: the stretches of the answer; none for one that states nothing.
        scores: shape (windows, labels), the model's numbers, all of them finite.
        unscored: why there are none; empty where there are.
    """

    windows: tuple[Window, ...]
    scores: FloatArray
    unscored: str = ""

    def finding(self, decide: Callable[[tuple[Window, ...], FloatArray], RawFinding]) -> RawFinding:
        """What it comes to.

        Args:
            decide: from windows, at least one, and scores to what they come to.
        """
        if self.unscored:
            return RawFinding(0.0, unscored=self.unscored)
        return decide(self.windows, self.scores) if self.windows else RawFinding(NOTHING_STATED)


class PairModel:
    """A model with a head for pairs of texts, and its tokenizer."""

    def __init__(self, weights: Weights, labels: tuple[str, ...], settings: JudgeSettings) -> None:
        """Make a reader; the model is loaded when it is first asked.

        Args:
            weights: the model's files.
            labels: what each of its numbers stands for, in order.
            settings: device, threads.
        """
        self.weights = weights
        self.labels = labels
        self._settings = settings
        self._length = lru_cache(maxsize=LAST_LENGTHS)(self._tokens)

    @property
    def revision(self) -> str:
        """Of the weights and the way of reading."""
        return f"{VERSION}-{self.weights.revision}"

    @cached_property
    def longest(self) -> int:
        """How many tokens a pair has at most, those that mark its ends and its middle among them."""
        positions = getattr(self._model.config, "max_position_embeddings", None) or MOST_TOKENS
        if positions < 0:  # so in some configurations of models without a limit
            positions = MOST_TOKENS
        return int(min(self.tokenizer.model_max_length, positions - self._skipped, MOST_TOKENS))

    @property
    def tokenizer(self) -> Any:
        """The model's tokenizer, of the library's own class; control tokens in a text are text to it."""
        return self._model.tokenizer

    def read(self, task: Task, proposition_first: bool) -> list[Read]:
        """Hold an answer against its question's propositions.

        Args:
            task: an answer and its question.
            proposition_first: whether in each pair the proposition stands first, or the window does.

        Returns:
            For each of ``question.propositions`` what the model says, whatever others there are.

        Raises:
            UserError: the model cannot be loaded, or is not what its configuration says.
        """
        texts = [proposition.text for proposition in task.question.propositions]
        cut = cache(lambda room: windows(task.answer, lambda text: self._length(text) <= room))
        rooms = list(map(self._room, texts))
        found = [cut(room) if room >= LEAST_ROOM else () for room in rooms]
        pairs = [
            (text, window.read) if proposition_first else (window.read, text)
            for text, some in zip(texts, found, strict=True)
            for window in some
        ]
        scores = self.scores(pairs)
        starts = accumulate(map(len, found), initial=0)
        return [
            self._read(room, some, scores[start : start + len(some)])
            for room, some, start in zip(rooms, found, starts, strict=False)
        ]

    def scores(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """The model's numbers.

        Args:
            pairs: any number, none of them longer than the model reads.

        Returns:
            Shape (pairs, labels).
        """
        if not pairs:
            return np.empty((0, len(self.labels)), np.float32)
        scores = self._model.predict(
            list(pairs),
            batch_size=PAIRS_AT_ONCE,
            show_progress_bar=False,
            activation_fn=self._torch.nn.Identity(),
        )
        return np.asarray(scores, np.float32).reshape(len(pairs), len(self.labels))

    def _read(self, room: int, found: tuple[Window, ...], scores: FloatArray) -> Read:
        if room < LEAST_ROOM:
            reason = f"it leaves no room for the answer in the {self.longest:,} tokens the model reads"
            return Read((), scores, reason)
        if not np.isfinite(scores).all():
            return Read((), scores, "the model gave something that is not a number")
        return Read(found, scores)

    def _room(self, proposition: str) -> int:
        """How many tokens of an answer the model reads beside a proposition."""
        special: int = self.tokenizer.num_special_tokens_to_add(pair=True)
        return self.longest - special - self._length(proposition)

    def _tokens(self, text: str) -> int:
        return len(
            self.tokenizer(text, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        )

    @cached_property
    def _torch(self) -> Any:
        try:
            import torch
        except ImportError as error:
            raise UserError(f"for a judge that reads pairs, {EXTRA}") from error
        if self._settings.threads:
            torch.set_num_threads(self._settings.threads)
        return torch

    @cached_property
    def _model(self) -> Any:
        torch, folder = self._torch, self.weights.folder
        device = pick_device(self._settings.device)
        try:
            with quietly():
                from sentence_transformers import CrossEncoder

                model = CrossEncoder(str(folder), device=device, local_files_only=True)
        except ImportError as error:
            raise UserError(
                f"{folder}: {_first_line(error)}; for a judge that reads pairs, {EXTRA}"
            ) from error
        except Exception as error:  # what reads weights and tokenizers raises a class of its own, or this one
            raise UserError(f"{folder}: no model that reads pairs: {_first_line(error)}") from error
        # What looks like a control token in an answer is text like any other.
        model.tokenizer.split_special_tokens = True
        # Half precision is slower on a processor, and rounds by thread count.
        return model.to(torch.float32).eval()

    @cached_property
    def _skipped(self) -> int:
        """How many positions the model never uses: those up to the one that stands for padding."""
        embedding = self._torch.nn.Embedding
        return next(
            (
                module.padding_idx + 1
                for name, module in self._model.named_modules()
                if name.endswith("position_embeddings")
                and isinstance(module, embedding)
                and module.padding_idx is not None
            ),
            0,
        )


def open_pair_model(name: str, settings: JudgeSettings) -> PairModel:
    """Find a model that reads pairs; nothing is loaded yet.

    Args:
        name: a folder, or a name in the cache of the Hugging Face hub.
        settings: device, threads.

    Raises:
        UserError: there is no such model on this machine, or it does not read pairs.
    """
    weights = find_weights(name)
    if weights.gguf_file:
        place = weights.folder / weights.gguf_file
        raise UserError(f"{place}: a .gguf file holds a language model, which is the judge hf:{name}")
    config = _config(weights)
    kinds = [str(kind) for kind in config.get("architectures") or ["no architecture"]]
    if kinds[0].endswith(("ForCausalLM", "LMHeadModel")):
        raise UserError(
            f"{weights.folder}: this is a language model ({kinds[0]}), which is the judge hf:{name}"
        )
    if not kinds[0].endswith(_HEAD):  # it would be given one with random numbers
        raise UserError(
            f"{weights.folder}: this model has no head that reads pairs ({kinds[0]}); "
            f"name one whose config.json says …{_HEAD}"
        )
    return PairModel(weights, _labels(config), settings)


def _config(weights: Weights) -> dict[str, Any]:
    path = weights.folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read as JSON: {_first_line(error)}") from error
    if not isinstance(config, dict):
        raise UserError(f"{path}: this is no model's configuration; fetch the model again")
    return config


def _labels(config: dict[str, Any]) -> tuple[str, ...]:
    """The names of a model's outputs; where none are told the library gives them numbers, two by default."""
    named = config.get("id2label")
    if isinstance(named, dict) and named and all(str(key).isdecimal() for key in named):
        return tuple(str(named[key]) for key in sorted(named, key=int))
    return tuple(f"LABEL_{position}" for position in range(int(config.get("num_labels") or 2)))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
