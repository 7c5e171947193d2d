"""Eight-bit storage and arithmetic for an encoder's graph, the same on every processor.

Every product with a constant matrix is done in integers. A row of activations (one token) is
divided by its own largest magnitude and rounded to 8 bits, so that its numbers depend on that
token alone and never on what else is in the batch; a column of weights is rounded to 7 bits with
a scale of its own. Seven, not eight, because processors without VNNI add two products of an
unsigned and a signed byte in 16 bits, and 2 * 255 * 63 still fits while 2 * 255 * 127 saturates:
the integers are then exact everywhere. Embeddings are stored as 8-bit rows with a scale each.

After the vector-wise scheme of Dettmers et al. 2022, LLM.int8(), https://arxiv.org/abs/2208.07339.
"""

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

WEIGHT_LIMIT = 63
ACTIVATION_LIMIT = 127
ACTIVATION_ZERO = 128
EMBEDDING_LIMIT = 127
LARGE_TABLE = 1_000_000
"""A table of more elements is an embedding worth compressing."""


def quantise(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the model with integer products and compressed embeddings.

    Args:
        model: a graph of single precision; products with a constant right-hand matrix and
            gathers from a large constant table are replaced, all else is kept.

    Returns:
        A new model with the same inputs and outputs, of about a quarter of the size. It takes a
        batch of one, since a row's scale belongs to a token.
    """
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    _resolve_shared_constants(graph)
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    added: dict[str, NDArray[np.generic]] = {
        "activation_step": np.array(1 / ACTIVATION_LIMIT, np.float32),
        "activation_zero": np.array(ACTIVATION_ZERO, np.uint8),
        "flat": np.array([-1], np.int64),
    }
    nodes: list[NodeProto] = []
    scaled: set[str] = set()
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in constants:
            if node.input[0] not in scaled:  # queries, keys and values share their input
                nodes += _activation_nodes(node.input[0])
                scaled.add(node.input[0])
            nodes += _product_nodes(node, constants[node.input[1]], added)
        elif node.op_type == "Gather" and constants.get(node.input[0], np.empty(0)).size > LARGE_TABLE:
            nodes += _gather_nodes(node, constants[node.input[0]], added)
        else:
            nodes.append(node)
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(kept)
    graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in added.items())
    result.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    onnx.checker.check_model(result)
    return result


def _resolve_shared_constants(graph: onnx.GraphProto) -> None:
    """Name a matrix that is used twice by one name; exporters give each use a name of its own."""
    constants = {tensor.name for tensor in graph.initializer}
    shared = {
        n.output[0]: n.input[0] for n in graph.node if n.op_type == "Identity" and n.input[0] in constants
    }
    for node in graph.node:
        for position, name in enumerate(node.input):
            node.input[position] = shared.get(name, name)


def _activation_nodes(name: str) -> list[NodeProto]:
    zero = numpy_helper.from_array(np.array([ACTIVATION_ZERO], np.uint8))
    integers = [name, f"{name}_row_steps", f"{name}_zeros"]
    return [
        helper.make_node("Abs", [name], [f"{name}_magnitude"]),
        helper.make_node("ReduceMax", [f"{name}_magnitude"], [f"{name}_scale"], axes=[-1], keepdims=1),
        helper.make_node("Mul", [f"{name}_scale", "activation_step"], [f"{name}_steps"]),
        helper.make_node("Reshape", [f"{name}_steps", "flat"], [f"{name}_row_steps"]),
        helper.make_node("Shape", [f"{name}_row_steps"], [f"{name}_rows"]),
        helper.make_node("ConstantOfShape", [f"{name}_rows"], [f"{name}_zeros"], value=zero),
        helper.make_node("QuantizeLinear", integers, [f"{name}_integers"], axis=1),
    ]


def _product_nodes(
    node: NodeProto, weights: NDArray[np.float32], added: dict[str, NDArray[np.generic]]
) -> list[NodeProto]:
    source, matrix = node.input
    out = node.output[0]
    added[f"{matrix}_integers"], scale = _rounded(weights, WEIGHT_LIMIT, axis=0)
    added[f"{matrix}_scale"] = scale[0]
    inputs = [
        f"{source}_integers",
        f"{matrix}_integers",
        "activation_step",
        f"{matrix}_scale",
        "activation_zero",
    ]
    return [
        helper.make_node("MatMulIntegerToFloat", inputs, [f"{out}_unit"], domain="com.microsoft"),
        helper.make_node("Mul", [f"{out}_unit", f"{source}_scale"], [out]),
    ]


def _gather_nodes(
    node: NodeProto, table: NDArray[np.float32], added: dict[str, NDArray[np.generic]]
) -> list[NodeProto]:
    name, ids = node.input
    out = node.output[0]
    added[f"{name}_integers"], added[f"{name}_scale"] = _rounded(table, EMBEDDING_LIMIT, axis=1)
    return [
        helper.make_node("Gather", [f"{name}_integers", ids], [f"{out}_integers"]),
        helper.make_node("Gather", [f"{name}_scale", ids], [f"{out}_scale"]),
        helper.make_node("Cast", [f"{out}_integers"], [f"{out}_real"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{out}_real", f"{out}_scale"], [out]),
    ]


def _rounded(
    matrix: NDArray[np.float32], limit: int, axis: int
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round to integers of at most ``limit``, with one scale for each slice along ``axis``."""
    largest = np.abs(matrix).max(axis=axis, keepdims=True)
    scale = np.where(largest == 0, 1, largest / limit).astype(np.float32)
    return np.rint(matrix / scale).astype(np.int8), scale
