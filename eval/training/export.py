"""Export a trained network to the two ONNX files that the judge runs.

    python -m eval.training.export --network network.safetensors [--out FOLDER]

``encoder.onnx`` takes ``input_ids`` (1, length) and gives ``token_vectors`` and what the reader needs of
them, the states at three depths, ``memory_0`` to ``memory_2``, each (1, length, dimensions).
``reader.onnx`` takes all of a question's key points at once, laid one after another:

- ``states`` (1, tokens, dimensions), the key points' tokens after the encoder's lower layers;
- ``memory_0`` to ``memory_2``, of the answer;
- ``hidden`` (1, 1, tokens, tokens + length), 0 where a token may look and a large negative number
  where it may not: at another key point's tokens;
- ``firsts`` (key points,), where each begins, and ``shares`` (key points, tokens), 1 / its length
  at its own tokens and 0 elsewhere;

and gives ``outcomes`` (key points, 3), logits. How they are stored says ``quantisation.py``.
"""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path

import click
import onnx
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from eval.training.model_folder import MODELS, write_manifest
from eval.training.network import ATTENTION_SCALE, DIMENSIONS, LAYERS, SPLIT, VOCABULARY, JudgeNetwork
from eval.training.published import UPSTREAM, wheel_weights
from eval.training.quantisation import quantise

TRAINED_SHARE = 0.75
"""Chosen on what training left out, see ``RUNS.md``."""

MEMORIES = tuple(f"memory_{i}" for i in range(LAYERS - SPLIT))


class _Encoder(nn.Module):
    def __init__(self, network: JudgeNetwork) -> None:
        super().__init__()
        self.encoder = network.encoder

    def forward(self, input_ids: Tensor) -> tuple[Tensor, ...]:
        after = self.encoder(input_ids)
        return (after[-1], *after[SPLIT - 1 : -1])


class _Reader(nn.Module):
    def __init__(self, network: JudgeNetwork) -> None:
        super().__init__()
        self.layers, self.segment, self.outcome = network.reader, network.segment, network.outcome

    def forward(
        self,
        states: Tensor,
        first: Tensor,
        second: Tensor,
        third: Tensor,
        hidden: Tensor,
        firsts: Tensor,
        shares: Tensor,
    ) -> Tensor:
        for layer, memory in zip(self.layers, (first, second, third), strict=True):
            states = layer(states, hidden, memory + self.segment)
        pooled = torch.cat((states[0].index_select(0, firsts), shares @ states[0]), dim=1)
        outcomes: Tensor = self.outcome(pooled)
        return outcomes


def between(published: JudgeNetwork, trained: JudgeNetwork, share: float) -> JudgeNetwork:
    """The trained network, with an encoder between the published one and the trained one.

    It keeps most of what was learned, and aligns foreign texts as well as before. After Wortsman et
    al. 2022, Robust fine-tuning of zero-shot models, https://arxiv.org/abs/2109.01903.

    Args:
        published: before training.
        trained: after.
        share: of the trained encoder, 0 to 1.
    """
    before, weights = published.state_dict(), trained.state_dict()
    for name in weights:
        if name.startswith("encoder."):
            weights[name] = before[name] + share * (weights[name] - before[name])
    trained.load_state_dict(weights)
    return trained


def load_network(path: Path) -> JudgeNetwork:
    """A network with the weights of a file, ready to be run."""
    network = JudgeNetwork(torch.zeros(VOCABULARY))
    weights = {name: tensor.float() for name, tensor in load_file(path).items()}
    network.load_state_dict({**weights, "token_weights": network.token_weights})
    network.eval()
    return network


def published_network() -> JudgeNetwork:
    """The network as it is before training."""
    network = JudgeNetwork(torch.zeros(VOCABULARY))
    network.start_from(load_file(wheel_weights() / "model.safetensors"))
    network.eval()
    return network


def _scaled(network: JudgeNetwork) -> JudgeNetwork:
    """A copy whose queries are scaled by their weights, which costs nothing at run time."""
    copy = deepcopy(network)
    with torch.no_grad():
        for layer in (*copy.encoder.layers, *copy.reader):
            layer.query.weight *= ATTENTION_SCALE
            layer.query.bias *= ATTENTION_SCALE
    return copy


def encoder_graph(network: JudgeNetwork) -> onnx.ModelProto:
    """The encoder as a graph of single precision."""
    names = {"input_ids": ("batch", "length")}
    return _traced(_Encoder(_scaled(network)), (torch.full((1, 16), 7),), names, ("token_vectors", *MEMORIES))


def reader_graph(network: JudgeNetwork) -> onnx.ModelProto:
    """The reader as a graph of single precision."""
    memories = [torch.randn(1, 9, DIMENSIONS) for _ in MEMORIES]
    inputs = (
        torch.randn(1, 7, DIMENSIONS),
        *memories,
        torch.zeros(1, 1, 7, 16),
        torch.tensor([0, 3]),
        torch.rand(2, 7),
    )
    names = {
        "states": ("", "tokens"),
        **dict.fromkeys(MEMORIES, ("", "length")),
        "hidden": ("", "", "tokens", "visible"),
        "firsts": ("points",),
        "shares": ("points", "tokens"),
    }
    return _traced(_Reader(_scaled(network)), inputs, names, ("outcomes",))


def _traced(
    module: nn.Module, inputs: tuple[Tensor, ...], names: Mapping[str, Sequence[str]], outputs: Sequence[str]
) -> onnx.ModelProto:
    axes = {name: {i: axis for i, axis in enumerate(each) if axis} for name, each in names.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.onnx"
        torch.onnx.export(
            module.eval(),
            inputs,
            str(path),
            input_names=list(names),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        return onnx.load(path)


def save_optimised(model: onnx.ModelProto, path: Path) -> None:
    """Save a graph as ONNX Runtime would rewrite it at load, which then need not be done each time.

    Only rewrites that hold on every processor are taken.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(path)
    options.log_severity_level = 3
    options.add_session_config_entry("optimization.enable_gelu_approximation", "1")
    onnxruntime.InferenceSession(
        model.SerializeToString(),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion"],  # slower than the sum and the norm by themselves
    )


@click.command()
@click.option(
    "--network", "path", type=click.Path(path_type=Path, exists=True), help="If not given, untrained."
)
@click.option("--share", default=TRAINED_SHARE, show_default=True, help="Of the trained encoder.")
@click.option("--out", type=click.Path(path_type=Path), default=MODELS / "all-minilm-l6-v2")
def main(path: Path | None, share: float, out: Path) -> None:
    """Write encoder.onnx, reader.onnx and tokenizer.json, and their SHA-256 into model.json."""
    network = published_network()
    if path is not None:
        network = between(network, load_network(path), share)
    out.mkdir(parents=True, exist_ok=True)
    save_optimised(quantise(encoder_graph(network)), out / "encoder.onnx")
    save_optimised(quantise(reader_graph(network)), out / "reader.onnx")
    shutil.copyfile(wheel_weights() / "tokenizer.json", out / "tokenizer.json")
    write_manifest(out, UPSTREAM)
    for name in ("encoder.onnx", "reader.onnx"):
        click.echo(f"{out / name}: {(out / name).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
