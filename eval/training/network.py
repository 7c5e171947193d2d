"""The judge's network: an encoder that reads the answer once, and a reader that asks it of a key point.

The encoder is all-MiniLM-L6-v2. The reader is three more layers, which begin as copies of the
encoder's upper three: a key point's tokens pass through them and attend to each other and to the
answer's tokens as the encoder left them at the same depth. The answer never sees a key point, so it
is encoded once whatever their number, and a key point's lower half is computed once and kept.

A split of a cross-encoder after Cao et al. 2020, DeFormer, https://arxiv.org/abs/2005.00697, with an
asymmetric upper half as in Gao et al. 2020, https://doi.org/10.1145/3397271.3401075.
"""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

DIMENSIONS = 384
HEADS = 12
ATTENTION_SCALE = (DIMENSIONS // HEADS) ** -0.5
LAYERS = 6
INNER = 1536
VOCABULARY = 30522
POSITIONS = 512
SPLIT = 3
"""Layers that a key point passes by itself; the others of the encoder are what the reader copies."""

OUTCOMES = ("supported", "not stated", "contradicted")

Weights = Mapping[str, Tensor]


class Readings(NamedTuple):
    """What the network makes of pairs of a key point and an answer.

    Attributes:
        outcomes: shape (pairs, 3), logits in the order of ``OUTCOMES``.
        alignment: shape (pairs,), the logit of support from token alignment alone.
    """

    outcomes: Tensor
    alignment: Tensor


class Batch(NamedTuple):
    """Some answers, some key points, and which are to be held against each other.

    Attributes:
        answers: shape (answers, length), token ids, padded with 0.
        asked: shape (key points, length), a key point's tokens and then its question's.
        bare: shape (key points, length), the key point's tokens alone.
        pairs: shape (pairs, 2), a key point's row and an answer's.
    """

    answers: Tensor
    asked: Tensor
    bare: Tensor
    pairs: Tensor


class Layer(nn.Module):
    """One transformer layer as BERT has them, whose attention may look at a memory besides."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.projection = (
            nn.Linear(DIMENSIONS, DIMENSIONS) for _ in range(4)
        )
        self.attention_norm = nn.LayerNorm(DIMENSIONS, eps=1e-12)
        self.inner = nn.Linear(DIMENSIONS, INNER)
        self.outer = nn.Linear(INNER, DIMENSIONS)
        self.norm = nn.LayerNorm(DIMENSIONS, eps=1e-12)
        self.dropout = nn.Dropout(0.1)

    def forward(
        self, states: Tensor, visible: Tensor, memory: Tensor | None = None, rows: Tensor | None = None
    ) -> Tensor:
        """Pass states through the layer.

        Args:
            states: shape (batch, length, dimensions).
            visible: what may be looked at, shape (batch, 1, 1 or length, length + memory): True or
                False, or numbers to add to the attention.
            memory: shape (memories, length, dimensions), looked at besides the states themselves.
            rows: shape (batch,), which memory each row of the batch looks at; if not given, its own.
        """
        keys, values = self.key(states), self.value(states)
        if memory is not None:
            more_keys, more_values = self.key(memory), self.value(memory)
            if rows is not None:
                more_keys, more_values = more_keys.index_select(0, rows), more_values.index_select(0, rows)
            keys, values = torch.cat((keys, more_keys), dim=1), torch.cat((values, more_values), dim=1)
        attended = _attention(_split(self.query(states)), _split(keys), _split(values), visible)
        joined = attended.transpose(1, 2).reshape(states.shape)
        states = self.attention_norm(states + self.dropout(self.projection(joined)))
        inner = functional.gelu(self.inner(states))
        result: Tensor = self.norm(states + self.dropout(self.outer(inner)))
        return result


class Encoder(nn.Module):
    """The sentence encoder, with the states after each of its layers."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, DIMENSIONS)
        self.positions = nn.Embedding(POSITIONS, DIMENSIONS)
        self.kind = nn.Parameter(torch.zeros(DIMENSIONS))
        self.norm = nn.LayerNorm(DIMENSIONS, eps=1e-12)
        self.dropout = nn.Dropout(0.1)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def forward(self, ids: Tensor, layers: int = LAYERS) -> list[Tensor]:
        """The states after each of the first layers, each of shape (batch, length, dimensions)."""
        places = torch.arange(ids.shape[1], device=ids.device)
        states = self.dropout(self.norm(self.words(ids) + self.positions(places) + self.kind))
        visible = (ids != 0)[:, None, None, :]
        after = []
        for layer in self.layers[:layers]:
            states = layer(states, visible)
            after.append(states)
        return after


class JudgeNetwork(nn.Module):
    """Encoder, reader, and the two heads on top; see the module."""

    def __init__(self, token_weights: Tensor) -> None:
        """Make a network without weights.

        Args:
            token_weights: shape (vocabulary,), inverse document frequencies; 0 for what does not count.
        """
        super().__init__()
        self.encoder = Encoder()
        self.reader = nn.ModuleList(Layer() for _ in range(LAYERS - SPLIT))
        self.segment = nn.Parameter(torch.zeros(DIMENSIONS))
        self.dropout = nn.Dropout(0.1)
        self.outcome = nn.Linear(2 * DIMENSIONS, len(OUTCOMES))
        self.alignment = nn.Linear(2, 1)
        self.register_buffer("token_weights", token_weights)

    def start_from(self, published: Weights) -> None:
        """Take the published encoder's weights, and copies of its upper layers for the reader."""
        self.encoder.load_state_dict(_renamed(published))
        for own, copied in zip(self.reader, self.encoder.layers[SPLIT:], strict=True):
            own.load_state_dict(copied.state_dict())
        with torch.no_grad():
            self.alignment.weight.copy_(torch.tensor([[6.0, 4.0]]))
            self.alignment.bias.fill_(-5.0)

    def forward(self, batch: Batch) -> Readings:
        """Hold answers against key points."""
        answers = self.encoder(batch.answers)
        outcomes = self._read(batch, answers)
        bare = self.encoder(batch.bare)[-1]
        return Readings(outcomes, self._align(batch, answers[-1], bare))

    def read(self, batch: Batch) -> Tensor:
        """The outcomes alone, with an encoder that stays as it is."""
        with torch.no_grad():
            answers = self.encoder(batch.answers)
        return self._read(batch, answers)

    def _read(self, batch: Batch, answers: list[Tensor]) -> Tensor:
        points, rows = batch.pairs.unbind(1)
        length = batch.bare.shape[1]  # a key point comes before its question, so this cuts that off
        states = self.encoder(batch.asked, SPLIT)[-1][:, :length].index_select(0, points)
        own = (batch.bare != 0).index_select(0, points)
        said = (batch.answers != 0).index_select(0, rows)
        visible = torch.cat((own, said), dim=1)[:, None, None, :]
        for layer, memory in zip(self.reader, answers[SPLIT - 1 : -1], strict=True):
            states = layer(states, visible, memory + self.segment, rows)
        share = own[:, :, None] / own.sum(1)[:, None, None]
        pooled = torch.cat((states[:, 0], (states * share).sum(1)), dim=1)
        result: Tensor = self.outcome(self.dropout(pooled))
        return result

    def _align(self, batch: Batch, answers: Tensor, bare: Tensor) -> Tensor:
        points, rows = batch.pairs.unbind(1)
        answer_weights = self.token_weights[batch.answers]
        point_weights = self.token_weights[batch.bare]
        point_weights = point_weights / point_weights.sum(1, keepdim=True).clamp_min(1e-6)
        answers, bare = functional.normalize(answers, dim=2), functional.normalize(bare, dim=2)
        cosines = bare.index_select(0, points) @ answers.index_select(0, rows).transpose(1, 2)
        silent = (answer_weights == 0).index_select(0, rows)
        cosines = cosines.masked_fill(silent[:, None, :], -1)
        best = (cosines.amax(2) * point_weights.index_select(0, points)).sum(1)
        answer_centres = functional.normalize((answers * answer_weights[:, :, None]).sum(1), dim=1)
        point_centres = functional.normalize((bare * point_weights[:, :, None]).sum(1), dim=1)
        similarity = (point_centres.index_select(0, points) * answer_centres.index_select(0, rows)).sum(1)
        result: Tensor = self.alignment(torch.stack((best, similarity), dim=1))[:, 0]
        return result


def _attention(queries: Tensor, keys: Tensor, values: Tensor, visible: Tensor) -> Tensor:
    if not torch.onnx.is_in_onnx_export():
        return functional.scaled_dot_product_attention(queries, keys, values, attn_mask=visible)
    # For export: nothing but products and a softmax, since export scales the queries beforehand.
    # What may not be looked at is a number to add; what is not padded needs none.
    weights = queries @ keys.transpose(2, 3)
    return (weights if visible.dtype is torch.bool else weights + visible).softmax(dim=-1) @ values


def _split(states: Tensor) -> Tensor:
    """Cut the dimensions into heads: shape (batch, heads, length, dimensions of a head)."""
    return states.view(*states.shape[:2], HEADS, DIMENSIONS // HEADS).transpose(1, 2)


def _renamed(published: Weights) -> dict[str, Tensor]:
    """A BERT encoder's weights under the names used here."""
    names = {
        "words.weight": "embeddings.word_embeddings.weight",
        "positions.weight": "embeddings.position_embeddings.weight",
        "norm.weight": "embeddings.LayerNorm.weight",
        "norm.bias": "embeddings.LayerNorm.bias",
    }
    parts = {
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "projection": "attention.output.dense",
        "attention_norm": "attention.output.LayerNorm",
        "inner": "intermediate.dense",
        "outer": "output.dense",
        "norm": "output.LayerNorm",
    }
    for i in range(LAYERS):
        for ours, theirs in parts.items():
            for kind in ("weight", "bias"):
                names[f"layers.{i}.{ours}.{kind}"] = f"encoder.layer.{i}.{theirs}.{kind}"
    renamed = {ours: published[theirs].float() for ours, theirs in names.items()}
    renamed["kind"] = published["embeddings.token_type_embeddings.weight"][0].float()
    return renamed
