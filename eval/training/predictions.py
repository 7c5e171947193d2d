"""What a network in training makes of what it was not trained on."""

import json
from pathlib import Path

import numpy as np
import torch

from eval.training.batches import make_batch
from eval.training.network import Batch, JudgeNetwork
from eval.training.pair_arrays import Pairs


def predict(network: JudgeNetwork, pairs: Pairs, size: int = 256) -> np.ndarray:
    """Probabilities of the outcomes and the alignment's logit: shape (pairs, 4)."""
    network.eval()
    device = network.token_weights.device
    order = np.argsort(np.diff(pairs.answers.ends, prepend=0)[pairs.pairs[:, 1]], kind="stable")
    result = np.zeros((len(order), 4), dtype=np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            readings = network(Batch(*(tensor.to(device) for tensor in make_batch(pairs, rows))))
            result[rows, :3] = readings.outcomes.softmax(1).cpu().numpy()
            result[rows, 3] = readings.alignment.cpu().numpy()
    return result


def report(pairs: Pairs, predicted: np.ndarray) -> dict[str, dict[str, float]]:
    """How the network does on each source: correlation with the scores, credit given, kind by kind."""
    sources = pairs.sources[pairs.pairs[:, 1]]
    lines = {}
    for source in sorted(set(sources.tolist())):
        here = sources == source
        truth, said = pairs.targets[here, 0], predicted[here, 0]
        line = {"n": int(here.sum()), "mean": float(said.mean()), "over half": float((said > 0.5).mean())}
        if (truth > 0.75).any() and (truth < 0.25).any():
            line["pearson"] = float(np.corrcoef(truth, said)[0, 1])
            line["pearson of alignment"] = float(np.corrcoef(truth, predicted[here, 3])[0, 1])
            right, wrong = said[truth > 0.75], said[truth < 0.25]
            line["auc"] = float((right[:, None] > wrong[None, :]).mean())
            contradicted = said[pairs.targets[here, 2] > 0.5]
            if len(contradicted) and len(right):
                line["auc against contradicted"] = float((right[:, None] > contradicted[None, :]).mean())
        lines[source] = {name: round(value, 3) for name, value in line.items()}
    return lines


def note_left_out(path: Path, source: str, measure: Pairs, network: JudgeNetwork) -> None:
    """Note how a network does on a source that it was not trained on.

    Args:
        path: a JSON file, added to.
        source: the source's name.
        measure: test splits, of that source among others.
        network: trained without it.
    """
    noted = json.loads(path.read_text()) if path.exists() else {}
    here = measure.sources[measure.pairs[:, 1]] == source
    predicted, truth = predict(network, measure)[here], measure.targets[here, 0]
    noted[source] = {}
    for name, said in (("its reader", predicted[:, 0]), ("its alignment", predicted[:, 3])):
        if source == "argkp":
            right, wrong = said[truth > 0.75], said[truth < 0.25]
            noted[source][name] = round(float((right[:, None] > wrong[None, :]).mean()), 3)
        else:
            noted[source][name] = round(float(np.corrcoef(truth, said)[0, 1]), 3)
    path.write_text(json.dumps(noted, indent=2, sort_keys=True) + "\n")
