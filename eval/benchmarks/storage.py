"""Ways to store the published encoder: what each costs in accuracy, and brings in size and speed.

    python -m eval.benchmarks.storage --data FOLDER

The choice is made on data that may be fitted on: beetle's training split and argkp's dev split.
Single precision is the measure of all others.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from eval.benchmarks.estimators import labelled, labelled_scores, plain_alignment
from eval.benchmarks.statistics import FloatVector, area_under_curve, pearson
from eval.benchmarks.table import write_table
from eval.data import LabelledAnswer, load, read_rows
from eval.training.export import encoder_graph, published_network, save_optimised
from eval.training.model_folder import MODELS, copy_judge, write_manifest
from eval.training.quantisation import quantise
from grader.judges.encoder import Encoder, FloatArray
from grader.judges.late_interaction import LateInteractionJudge
from grader.models import resolve

BUNDLED = MODELS / "all-minilm-l6-v2"
SAMPLE = 300
LARGE = 2_000
"""Smaller tensors are left as they are."""


def single_precision(graph: onnx.ModelProto) -> onnx.ModelProto:
    """The graph as it was traced."""
    return graph


def half_precision(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Constants of 16 bits, decoded to 32 at load."""
    result = onnx.ModelProto()
    result.CopyFrom(graph)
    for tensor in list(result.graph.initializer):
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.size > LARGE:
            result.graph.initializer.remove(tensor)
            stored = numpy_helper.from_array(array.astype(np.float16), f"{tensor.name}_half")
            result.graph.initializer.append(stored)
            cast = helper.make_node("Cast", [stored.name], [tensor.name], to=TensorProto.FLOAT)
            result.graph.node.insert(0, cast)
    return result


def byte_weights(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Weights of 8 bits with a scale a column, decoded to 32 bits; products in single precision."""
    result = onnx.ModelProto()
    result.CopyFrom(graph)
    for tensor in list(result.graph.initializer):
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.ndim == 2 and array.size > LARGE:
            scale = np.maximum(np.abs(array).max(axis=0, keepdims=True) / 127, 1e-12)
            tensor.CopyFrom(
                numpy_helper.from_array((np.rint(array / scale) * scale).astype(np.float32), tensor.name)
            )
    return result


def dynamic_bytes(graph: onnx.ModelProto) -> onnx.ModelProto:
    """ONNX Runtime's own dynamic quantisation, one scale for all activations of a run."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source.onnx", Path(folder) / "target.onnx"
        onnx.save(graph, source)
        quantize_dynamic(source, target, per_channel=True, weight_type=QuantType.QInt8)
        return onnx.load(target)


WAYS: dict[str, tuple[Callable[[onnx.ModelProto], onnx.ModelProto], float]] = {
    "single precision": (single_precision, 1.0),
    "16-bit constants, decoded at load": (half_precision, 0.5),
    "8-bit weights, products in single precision": (byte_weights, 0.25),
    "8-bit dynamic quantisation of ONNX Runtime": (dynamic_bytes, 1.0),
    "8 and 7 bits by row and column (bundled)": (quantise, 1.0),
}
"""How each is made, and its size on disk relative to the file that is run here."""


def _folders(graph: onnx.ModelProto, root: Path) -> Iterator[tuple[str, Path, float]]:
    for position, (name, (store, size)) in enumerate(WAYS.items()):
        folder = root / str(position)
        folder.mkdir()
        copy_judge(BUNDLED, folder)
        save_optimised(store(graph), folder / "encoder.onnx")
        write_manifest(folder, name)
        yield name, folder, size * (folder / "encoder.onnx").stat().st_size / 1e6


def _alignment(answers: Sequence[LabelledAnswer], judge: LateInteractionJudge) -> FloatVector:
    aligned: FloatVector = labelled(answers, plain_alignment(judge)(answers))
    return aligned


def _milliseconds(encoder: Encoder, texts: list[str]) -> float:
    durations = []
    for text in texts:
        start = time.perf_counter()
        encoder.encode(text)
        durations.append(time.perf_counter() - start)
    return 1000 * statistics.median(durations)


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
def main(data: Path) -> None:
    """Print one row for each way."""
    beetle = load(data, "beetle", "train")
    arguments = load(data, "argkp", "dev")
    texts = [row["answer"] for row in read_rows(data, "saf", "train")]
    texts = [text for text in texts if 60 < len(text.split()) < 100][:SAMPLE]
    exact: list[FloatArray] = []
    rows = []
    with tempfile.TemporaryDirectory() as root:
        for name, folder, megabytes in _folders(encoder_graph(published_network()), Path(root)):
            encoder = Encoder(resolve(str(folder)))
            vectors = [encoder.encode(text).vectors for text in texts]
            exact = exact or vectors
            cosines = np.concatenate([(a * b).sum(axis=1) for a, b in zip(vectors, exact, strict=True)])
            judge = LateInteractionJudge(resolve(str(folder)))
            rows.append(
                [
                    name,
                    f"{megabytes:.1f}",
                    f"{_milliseconds(encoder, texts):.1f}",
                    f"{cosines.mean():.4f}",
                    f"{cosines.min():.3f}",
                    f"{pearson(labelled_scores(beetle), _alignment(beetle, judge)):.3f}",
                    f"{area_under_curve(labelled_scores(arguments), _alignment(arguments, judge)):.3f}",
                ]
            )
    write_table(
        "storage",
        "Ways to store the encoder (one thread, answers of 60 to 100 words): "
        "`python -m eval.benchmarks.storage`",
        [
            "way",
            "MB",
            "ms an answer",
            "token cosine, mean",
            "worst",
            "beetle train, Pearson",
            "argkp dev, area",
        ],
        rows,
    )


if __name__ == "__main__":
    main()
