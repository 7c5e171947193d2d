"""The options that several commands share, each with its environment variable."""

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from grader.bank import Bank
from grader.judges import DEFAULT_MODEL, Judge, JudgeSettings

bank_option = click.option(
    "--bank",
    "bank_folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    envvar="GRADE_BANK",
    show_envvar=True,
    help="A folder with rubrics/ and reference_answers/; the project's own bank if not given.",
)

golden_option = click.option(
    "--golden",
    type=click.Path(path_type=Path),
    metavar="DIR",
    envvar="GRADE_GOLDEN",
    show_envvar=True,
    help="Labelled answers, a file a question; BANK/golden or BANK/eval/golden if not given.",
)

judge_option = click.option(
    "--judge",
    default=DEFAULT_MODEL,
    show_default=True,
    metavar="NAME",
    envvar="GRADE_JUDGE",
    show_envvar=True,
    help="What judges: a bundled name, a folder with a model.json, hf:MODEL, nli:MODEL, "
    "cross-encoder:MODEL, openai:URL#MODEL, or two with a comma between, of which the second is asked "
    "where the first is unsure.",
)

format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    envvar="GRADE_FORMAT",
    show_envvar=True,
    help="What to print.",
)


def found(named: Path | None, bank: Bank, name: str) -> Path | None:
    """The file or folder that the user names, or one where a bank keeps it, if there is one.

    Args:
        named: what the user names.
        bank: the bank.
        name: of the file or folder in a bank.
    """
    if named is not None:
        return named
    places = (bank.folder / name, bank.folder / "eval" / name)
    return next((place for place in places if place.exists()), None)


class _Band(click.ParamType):  # type: ignore[type-arg]  # generic only in newer releases of click
    """The least and the greatest of some probabilities."""

    name = "LOW-HIGH"

    def convert(
        self, value: str | tuple[float, float], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"\s*(\d*\.?\d+)\s*-\s*(\d*\.?\d+)\s*", value)
        low, high = map(float, found.groups()) if found else (1.0, 0.0)
        if not 0 <= low < high <= 1:
            self.fail(f"{value!r} is not LOW-HIGH with 0 <= LOW < HIGH <= 1, as in 0.2-0.8", param, ctx)
        return low, high


_OWN_SETTINGS = JudgeSettings()
_SETTINGS_OPTIONS = (
    click.option(
        "--device",
        default=_OWN_SETTINGS.device,
        show_default=True,
        metavar="NAME",
        envvar="GRADE_DEVICE",
        show_envvar=True,
        help="Where a model in PyTorch runs: auto, cpu, cuda or mps.",
    ),
    click.option(
        "--allow-remote",
        is_flag=True,
        envvar="GRADE_ALLOW_REMOTE",
        show_envvar=True,
        help="Let openai:URL send the answers to another machine.",
    ),
    click.option(
        "--show-reference",
        is_flag=True,
        envvar="GRADE_SHOW_REFERENCE",
        show_envvar=True,
        help="Show a language model the reference answer.",
    ),
    click.option(
        "--unsure",
        type=_Band(),
        default="{:g}-{:g}".format(*_OWN_SETTINGS.unsure),
        show_default=True,
        metavar="LOW-HIGH",
        envvar="GRADE_UNSURE",
        show_envvar=True,
        help="The probabilities at which the first of two judges asks the second.",
    ),
)


def judge_settings(
    device: str, allow_remote: bool, show_reference: bool, unsure: tuple[float, float]
) -> JudgeSettings:
    """What the options of ``judge_options`` come to; see ``JudgeSettings``."""
    return JudgeSettings(
        device=device, allow_remote=allow_remote, show_reference=show_reference, unsure=unsure
    )


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of how its judges are to work; it is called with ``settings``."""

    @wraps(command)
    def with_settings(
        *arguments: Any,
        device: str,
        allow_remote: bool,
        show_reference: bool,
        unsure: tuple[float, float],
        **others: Any,
    ) -> Any:
        settings = judge_settings(device, allow_remote, show_reference, unsure)
        return command(*arguments, settings=settings, **others)

    for option in reversed(_SETTINGS_OPTIONS):
        option(with_settings)
    return with_settings


def judge_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command all options of its judge; it is called with ``judge`` and ``settings``."""
    return judge_option(settings_options(command))


def tell_uncalibrated(judge: Judge) -> None:
    """Say on standard error of each judge that is not calibrated that it is not."""
    from grader.judges.cascade import Cascade
    from grader.judges.probability_maps import UNCALIBRATED

    for each in (judge.first, judge.second) if isinstance(judge, Cascade) else (judge,):
        if each.version.endswith(UNCALIBRATED):
            click.echo(
                f"the judge {each.name} is not calibrated: its probabilities are its own; "
                f"run grade calibrate --judge {each.name}",
                err=True,
            )
