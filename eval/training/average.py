"""The mean of networks that were trained apart from the same beginning.

    python -m eval.training.average --network FILE --network FILE --out FILE

After Wortsman et al. 2022, Model soups, https://arxiv.org/abs/2203.05482: as good as the better one on what
each does better, at the cost of one at run time.
"""

from pathlib import Path

import click
import torch
from safetensors.torch import load_file, save_file


@click.command()
@click.option(
    "--network", "networks", type=click.Path(path_type=Path, exists=True), multiple=True, required=True
)
@click.option("--out", type=click.Path(path_type=Path), required=True)
def main(networks: tuple[Path, ...], out: Path) -> None:
    """Write the mean of some networks, in 16 bits."""
    weights = [load_file(path) for path in networks]
    names = weights[0].keys()
    if any(each.keys() != names for each in weights):
        raise click.UsageError("the networks do not have the same parts")
    mean = {name: torch.stack([each[name].float() for each in weights]).mean(0) for name in names}
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.to(torch.float16).contiguous() for name, tensor in mean.items()}, out)


if __name__ == "__main__":
    main()
