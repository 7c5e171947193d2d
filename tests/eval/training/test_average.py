from pathlib import Path

import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch")
safetensors = pytest.importorskip("safetensors.torch")

from eval.training.average import main  # noqa: E402 - needs torch


def test_the_mean_of_two_networks_lies_between_them(tmp_path: Path) -> None:
    for name, value in (("a", 1.0), ("b", 3.0)):
        safetensors.save_file({"weight": torch.full((2,), value)}, tmp_path / name)
    out = tmp_path / "mean.safetensors"
    result = CliRunner().invoke(
        main, ["--network", str(tmp_path / "a"), "--network", str(tmp_path / "b"), "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    assert safetensors.load_file(out)["weight"].tolist() == [2.0, 2.0]


def test_networks_of_other_parts_are_refused(tmp_path: Path) -> None:
    safetensors.save_file({"weight": torch.ones(2)}, tmp_path / "a")
    safetensors.save_file({"other": torch.ones(2)}, tmp_path / "b")
    arguments = [
        "--network",
        str(tmp_path / "a"),
        "--network",
        str(tmp_path / "b"),
        "--out",
        str(tmp_path / "c"),
    ]
    assert CliRunner().invoke(main, arguments).exit_code == 2
    assert not (tmp_path / "c").exists()
