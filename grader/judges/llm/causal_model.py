"""A causal language model through transformers: whether its next word is yes or no, after many prompts.

All prompts about an answer begin alike. That part is read once: its keys and values are shared by all.
"""

import copy
import inspect
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from grader.errors import UserError
from grader.judges.devices import pick_device
from grader.judges.llm.prompts import MOST_WRITTEN
from grader.judges.protocol import JudgeSettings
from grader.judges.quiet import quietly
from grader.models.hugging_face import EXTRA, Weights

TOKENS_AT_ONCE = 2_048
"""Tokens of prompts, without what they share, that are read in one row: the mask grows with their square."""

_CONTENT = "\ue000"
"""Stands for the prompt while the model's chat template is rendered; in no template and no text."""

_WORDS = {"yes": ("yes", "Yes", "YES"), "no": ("no", "No", "NO")}


class Choices(NamedTuple):
    """The ids of the tokens that mean yes, and of those that mean no."""

    yes: tuple[int, ...]
    no: tuple[int, ...]


class Template(NamedTuple):
    """The ids of the tokens that a model's chat template puts before and after a prompt."""

    before: tuple[int, ...]
    after: tuple[int, ...]


class CausalModel:
    """A causal language model and its tokenizer."""

    def __init__(self, weights: Weights, settings: JudgeSettings) -> None:
        """Make a reader; the model is loaded when it is first asked.

        Args:
            weights: the model's files.
            settings: device, threads.
        """
        self.weights = weights
        self._settings = settings
        self._last_read: tuple[tuple[int, ...], Any] = ((), None)

    @cached_property
    def _torch(self) -> Any:
        try:
            import torch
        except ImportError as error:
            raise UserError(f"for a judge hf:…, {EXTRA}") from error
        if self._settings.threads:
            torch.set_num_threads(self._settings.threads)
        return torch

    @cached_property
    def device(self) -> str:
        """Where the model runs."""
        return pick_device(self._settings.device)

    @cached_property
    def tokenizer(self) -> Any:
        """The model's tokenizer, of the library's own class."""
        return self._loaded("AutoTokenizer")

    @cached_property
    def _model(self) -> Any:
        # Single precision on a processor: half precision there is slower, and rounds by thread count.
        dtype = self._torch.float32 if self.device == "cpu" else "auto"
        return self._loaded("AutoModelForCausalLM", dtype=dtype).to(self.device).eval()

    def _loaded(self, library_class: str, **options: Any) -> Any:
        self._torch  # noqa: B018 - says what to install, where it is missing
        folder, gguf_file = self.weights
        if gguf_file:
            options["gguf_file"] = gguf_file
        try:
            import transformers

            with quietly():
                return getattr(transformers, library_class).from_pretrained(
                    str(folder), local_files_only=True, **options
                )
        except ImportError as error:
            raise UserError(f"{folder}: {_first_line(error)}; for a judge hf:…, {EXTRA}") from error
        except Exception as error:  # a damaged file fails in many ways, and all mean the same
            place = folder / gguf_file if gguf_file else folder
            raise UserError(f"{place}: no causal language model: {_first_line(error)}") from error

    @cached_property
    def template(self) -> Template:
        """What stands around a prompt; nothing for a model without a chat template."""
        tokenizer = self.tokenizer
        if not tokenizer.chat_template:
            begin = () if tokenizer.bos_token_id is None else (tokenizer.bos_token_id,)
            return Template(begin, tuple(self.text_tokens("\nAnswer:")))
        rendered = tokenizer.apply_chat_template(
            [{"role": "user", "content": _CONTENT}],
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=False,
        )
        before, found, after = rendered.partition(_CONTENT)
        if not found:
            raise UserError(f"{self.weights.folder}: its chat template leaves out what the user says")
        return Template(
            *(tuple(tokenizer.encode(part, add_special_tokens=False)) for part in (before, after))
        )

    def text_tokens(self, text: str) -> list[int]:
        """The ids of a text's tokens; what looks like a control token in it is text like any other."""
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)
        return ids

    @cached_property
    def choices(self) -> Choices:
        """The tokens that mean yes and no, with and without a space, capital or not."""
        found = {
            meaning: {
                ids[0]
                for word in words
                for form in (word, f" {word}")
                if len(ids := self.text_tokens(form)) == 1
                and self.tokenizer.decode(ids).strip().lower() == meaning
            }
            for meaning, words in _WORDS.items()
        }
        if not all(found.values()):
            raise UserError(f"{self.weights.folder}: its tokenizer has no token for yes, or none for no")
        return Choices(tuple(sorted(found["yes"])), tuple(sorted(found["no"])))

    @cached_property
    def longest(self) -> int:
        """How many tokens the model reads at most."""
        return int(getattr(self._model.config, "max_position_embeddings", None) or 1 << 30)

    @cached_property
    def _past(self) -> str:
        """What this version of transformers calls the keys and values of what was read before."""
        known = inspect.signature(self._model.forward).parameters
        return "cache" if "cache" in known else "past_key_values"

    def _read(self, shared: Sequence[int]) -> Any:
        """The keys and values of the tokens that all prompts about an answer begin with.

        Those of the last answer are kept, so what goes on from them needs a copy: what both begin with is
        not read again.
        """
        torch = self._torch
        from transformers import DynamicCache

        known, past = self._last_read
        same = _common(known, shared)
        if past is None or any(past.is_sliding):  # such a one has forgotten its beginning
            past, same, known = DynamicCache(config=self._model.config), 0, ()
        if same < len(known) or same < len(shared):
            self.forget()  # until it is whole again
            same = min(same, len(shared) - 1)
            past.crop(same - len(known))
            ids = torch.tensor([list(shared[same:])], device=self.device)
            places = torch.arange(same, len(shared), device=self.device)[None]
            self._model(ids, **{self._past: past}, position_ids=places, use_cache=True, logits_to_keep=1)
            self._last_read = tuple(shared), past
        return past

    def forget(self) -> None:
        """Read anew what is asked about next, whatever was read last."""
        self._last_read = ((), None)

    def yes_and_no(self, shared: Sequence[int], own: Sequence[Sequence[int]]) -> list[tuple[float, float]]:
        """The probabilities of yes and of no as the next token.

        Args:
            shared: ids of the tokens that all prompts begin with; at least one.
            own: for each prompt the ids of the tokens that follow; at least one each.

        Returns:
            For each prompt two probabilities, 0 to 1, together at most 1.
        """
        with self._torch.inference_mode():
            past = self._read(shared)
            # A model whose layers look back only so far has no mask of ours for it: one prompt at a time.
            most = 1 if any(past.is_sliding) else TOKENS_AT_ONCE
            return [
                pair
                for some in _together(own, most)
                for pair in self._after(copy.deepcopy(past), len(shared), some)
            ]

    def write(self, shared: Sequence[int], own: Sequence[int]) -> str:
        """What the model writes next, always the likeliest token.

        Args:
            shared: ids of the tokens that the prompt begins with; at least one.
            own: those that follow; at least one.

        Returns:
            At most ``MOST_WRITTEN`` tokens as text, without control tokens.
        """
        torch = self._torch
        ids = torch.tensor([[*shared, *own]], device=self.device)
        with torch.inference_mode():
            written = self._model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                **{self._past: copy.deepcopy(self._read(shared))},
                max_new_tokens=MOST_WRITTEN,
                do_sample=False,
                pad_token_id=0,
            )
        text: str = self.tokenizer.decode(written[0, ids.shape[1] :], skip_special_tokens=True)
        return text

    def _after(self, past: Any, before: int, own: Sequence[Sequence[int]]) -> list[tuple[float, float]]:
        """Read some prompts in one row, none of which sees another; see ``yes_and_no``.

        So nothing is padded, whatever their lengths.
        """
        torch, device = self._torch, self.device
        lengths = torch.tensor([len(ids) for ids in own])
        starts = lengths.cumsum(0) - lengths
        ids = torch.tensor([[token for each in own for token in each]], device=device)
        places = torch.arange(ids.shape[1]) - starts.repeat_interleave(lengths) + before
        masks = {} if len(own) == 1 else {"attention_mask": self._apart(lengths, before)}
        logits = self._model(
            ids,
            **{self._past: past},
            **masks,
            position_ids=places[None].to(device),
            use_cache=True,
            logits_to_keep=(starts + lengths - 1).to(device),
        ).logits
        shares = torch.softmax(logits[0].float(), dim=-1).cpu()
        return [
            (float(row[list(self.choices.yes)].sum()), float(row[list(self.choices.no)].sum()))
            for row in shares
        ]

    def _apart(self, lengths: Any, before: int) -> Any:
        """What is added to the attention of prompts in one row: each sees itself and what is shared.

        Args:
            lengths: shape (prompts,), in tokens.
            before: the length of what is shared.

        Returns:
            Shape (1, 1, tokens, before + tokens), 0 or the least number that there is.
        """
        torch = self._torch
        which = torch.arange(len(lengths)).repeat_interleave(lengths)
        own = (which[:, None] == which[None]).tril()
        seen = torch.cat((torch.ones(len(own), before, dtype=torch.bool), own), dim=1)
        dtype = self._model.dtype
        added = torch.zeros(seen.shape, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min)
        return added[None, None].to(self.device)


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _together(own: Sequence[Sequence[int]], most: int) -> Iterator[list[Sequence[int]]]:
    """Some prompts at a time, in order, of so many tokens at most unless one alone has more."""
    group: list[Sequence[int]] = []
    tokens = 0
    for each in own:
        if group and tokens + len(each) > most:
            yield group
            group, tokens = [], 0
        group.append(each)
        tokens += len(each)
    yield group


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
