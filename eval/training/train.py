"""Train the judge's network on the arrays that ``pairs`` wrote.

    python -m eval.training.train --pairs FOLDER --weights model.safetensors --out FOLDER
    python -m eval.training.train --pairs FOLDER --start-from network.safetensors --only-reader short …

First everything is trained; then the reader alone, on short texts that differ by little; then on whole
answers. On a GPU if there is one, else on the processor. All random numbers come from one seed; a
checkpoint is written as it goes, and the same command goes on from it. What is kept is the exponential
moving average of the weights (after Izmailov et al. 2018, https://arxiv.org/abs/1803.05407).
"""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from eval.training.batches import batches, leave_out, mostly_whole_answers, only_short
from eval.training.network import Batch, JudgeNetwork, Readings
from eval.training.pair_arrays import Pairs, load_pairs
from eval.training.predictions import note_left_out, predict, report

SPECIAL_TOKENS = 1000
"""Ids below are special, unused, or single signs: they say nothing of meaning for alignment."""

TOKEN_WEIGHT_CEILING = 9.0
AVERAGE_OVER = 0.997
ALIGNMENT_SHARE = 0.3
WARM_UP = 0.06
CHECKPOINT_SECONDS = 300
SELECTIONS = {"short": only_short, "answers": mostly_whole_answers}
LEFT_OUT = Path(__file__).parent / "left_out.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train.

    Attributes:
        passes: how many of the passes to use.
        size: examples a batch.
        rate: the encoder's learning rate.
        reader_rate: the reader's.
        only_reader: whether the encoder stays as it is.
        bfloat16: whether products are computed in bfloat16, half as fast again on a processor that can.
        seed: of order and dropout.
    """

    passes: int
    size: int
    rate: float
    reader_rate: float
    only_reader: bool
    bfloat16: bool
    seed: int


def loss_of(readings: Readings, targets: Tensor) -> Tensor:
    """Cross-entropy of the outcomes, and of alignment with the share of support."""
    outcomes = functional.cross_entropy(readings.outcomes.float(), targets)
    alignment = functional.binary_cross_entropy_with_logits(readings.alignment.float(), targets[:, 0])
    return outcomes + ALIGNMENT_SHARE * alignment


def parameter_groups(network: JudgeNetwork, rate: float, reader_rate: float) -> list[dict[str, object]]:
    """The encoder learns gently, the reader faster, the heads fastest; norms and biases don't decay."""
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, parameter in network.named_parameters():
        head = name.startswith(("outcome", "alignment", "segment"))
        own = rate if name.startswith("encoder") else 1e-3 if head else reader_rate
        decay = 0.01 if parameter.ndim > 1 else 0.0
        groups.setdefault((own, decay), []).append(parameter)
    return [{"params": p, "lr": r, "weight_decay": d} for (r, d), p in groups.items()]


def schedule(step: int, steps: int) -> float:
    """The share of the learning rate: a linear rise, then half a cosine down to nothing."""
    warm = max(1, round(WARM_UP * steps))
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def train(
    network: JudgeNetwork, pairs: Pairs, settings: Settings, checkpoint: Path | None = None
) -> dict[str, Tensor]:
    """Train, and return the average of the weights.

    Args:
        network: with the weights to begin from; changed in place.
        pairs: the examples.
        settings: how.
        checkpoint: a file to go on from, and to write to now and then.
    """
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(not (settings.only_reader and name.startswith(("encoder", "alignment"))))
    steps = sum(math.ceil((pairs.passes == n).sum() / settings.size) for n in range(settings.passes))
    optimiser = torch.optim.AdamW(parameter_groups(network, settings.rate, settings.reader_rate), fused=True)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: schedule(step, steps))
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    current = list(network.state_dict().values())  # these share the memory of what is trained
    done = 0
    if checkpoint is not None and checkpoint.exists():
        kept = torch.load(checkpoint, map_location=network.token_weights.device)
        for part, name in ((network, "network"), (optimiser, "optimiser"), (scheduler, "scheduler")):
            part.load_state_dict(kept[name])
        average, done = kept["average"], kept["done"]
    saved = time.monotonic()
    with click.progressbar(length=steps, label="training", show_pos=True, width=30) as bar:
        for step, (batch, targets) in enumerate(_in_order(pairs, settings), start=1):
            bar.update(1)
            if step <= done:
                continue
            torch.manual_seed(settings.seed * 1_000_003 + step)
            _step(network, batch, targets, optimiser, settings)
            scheduler.step()
            with torch.no_grad():
                keep = min(AVERAGE_OVER, step / (step + 10))
                torch._foreach_lerp_(list(average.values()), current, 1 - keep)
            if checkpoint is not None and time.monotonic() - saved > CHECKPOINT_SECONDS:
                saved = time.monotonic()
                states = {"network": network, "optimiser": optimiser, "scheduler": scheduler}
                kept = {name: part.state_dict() for name, part in states.items()}
                torch.save({**kept, "average": average, "done": step}, checkpoint.with_suffix(".new"))
                checkpoint.with_suffix(".new").rename(checkpoint)
    return average


def _in_order(pairs: Pairs, settings: Settings) -> Iterator[tuple[Batch, Tensor]]:
    for number in range(settings.passes):
        yield from batches(pairs, number, np.random.default_rng((settings.seed, number)), settings.size)


def _step(
    network: JudgeNetwork,
    batch: Batch,
    targets: Tensor,
    optimiser: torch.optim.AdamW,
    settings: Settings,
) -> None:
    device = network.token_weights.device
    batch, targets = Batch(*(tensor.to(device) for tensor in batch)), targets.to(device)
    network.train()
    if settings.only_reader:
        network.encoder.eval()
    with torch.autocast(device.type, torch.bfloat16, enabled=settings.bfloat16):
        if settings.only_reader:
            loss = functional.cross_entropy(network.read(batch).float(), targets)
        else:
            loss = loss_of(network(batch), targets)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()


def starting_network(token_weights: Path, published: Path | None, trained: Path | None) -> JudgeNetwork:
    """A network with the weights to begin from, on the fastest device there is.

    Args:
        token_weights: the inverse document frequencies of word pieces.
        published: the published encoder's weights; not used if ``trained`` is given.
        trained: what an earlier run wrote.
    """
    counted = torch.from_numpy(np.load(token_weights).astype(np.float32)).clamp(max=TOKEN_WEIGHT_CEILING)
    counted[:SPECIAL_TOKENS] = 0
    network = JudgeNetwork(counted)
    if trained is not None:
        weights = {name: tensor.float() for name, tensor in load_file(trained).items()}
        network.load_state_dict({**weights, "token_weights": counted})
    elif published is not None:
        network.start_from(load_file(published))
    else:
        raise click.UsageError("name --weights, the published encoder, or --start-from, an earlier run")
    network.to("cuda" if torch.cuda.is_available() else "cpu")
    return network


@click.command()
@click.option("--pairs", "folder", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--weights", type=click.Path(path_type=Path, exists=True), help="The published encoder's.")
@click.option("--start-from", type=click.Path(path_type=Path, exists=True), help="An earlier run's network.")
@click.option("--token-weights", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--only-reader", type=click.Choice(list(SELECTIONS)), help="Train the reader alone, on these.")
@click.option("--bfloat16", is_flag=True, help="Compute products in bfloat16.")
@click.option("--passes", default=3, show_default=True)
@click.option("--batch", "size", default=96, show_default=True, help="Examples a batch.")
@click.option("--rate", default=1e-4, show_default=True, help="The encoder's learning rate.")
@click.option("--reader-rate", default=2.5e-4, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--without", default="", help="A source to leave out.")
def main(
    folder: Path,
    weights: Path | None,
    start_from: Path | None,
    token_weights: Path,
    out: Path,
    only_reader: str | None,
    bfloat16: bool,
    passes: int,
    size: int,
    rate: float,
    reader_rate: float,
    seed: int,
    without: str,
) -> None:
    """Write network.safetensors (16 bits), and chosen.json with what it does on what is for choosing.

    Without a source, only its figures on that source are kept, in ``left_out.json``.
    """
    torch.manual_seed(seed)
    torch.set_float32_matmul_precision("high")
    network = starting_network(token_weights, weights, start_from)
    pairs = load_pairs(folder / "train.npz")
    pairs = leave_out(pairs, without) if without else pairs
    pairs = SELECTIONS[only_reader](pairs, seed) if only_reader else pairs
    out.mkdir(parents=True, exist_ok=True)
    settings = Settings(passes, size, rate, reader_rate, bool(only_reader), bfloat16, seed)
    average = train(network, pairs, settings, out / "checkpoint.pt")
    network.load_state_dict(average)
    if without:
        note_left_out(LEFT_OUT, without, load_pairs(folder / "measure.npz"), network)
        return
    tensors = {k: v.to(torch.float16).contiguous().cpu() for k, v in average.items() if k != "token_weights"}
    save_file(tensors, out / "network.safetensors")
    (out / "checkpoint.pt").unlink(missing_ok=True)
    choose = load_pairs(folder / "choose.npz")
    lines = report(choose, predict(network, choose))
    (out / "chosen.json").write_text(json.dumps(lines, indent=1))
    for name, line in lines.items():
        click.echo(f"{name}: {json.dumps(line)}")


if __name__ == "__main__":
    main()
