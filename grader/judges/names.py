"""From a judge's name to a judge: ``NAME``, ``KIND:MODEL``, or several of these with commas between."""

from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from grader.errors import UserError
from grader.judges.protocol import Judge, JudgeSettings
from grader.models.files import DEFAULT_MODEL

if TYPE_CHECKING:
    from grader.judges.late_interaction import LateInteractionJudge
    from grader.judges.raw import RawJudge

BUNDLED = "bundled"
"""Another name for the default model, for cascades."""


class _Kind(NamedTuple):
    """Where a kind's models are opened.

    Attributes:
        module: its module.
        function: from what stands after the colon and the settings to a ``RawJudge``.
        model: what stands after the colon, for error messages.
    """

    module: str
    function: str
    model: str


KINDS = {
    "hf": _Kind("grader.judges.llm.causal", "open_causal", "a model's name, a folder or a .gguf file"),
    "openai": _Kind("grader.judges.llm.server", "open_server", "http://HOST:PORT/v1#MODEL"),
    "cross-encoder": _Kind("grader.judges.pairs.cross_encoder", "open_cross_encoder", "a name or a folder"),
    "nli": _Kind("grader.judges.pairs.nli", "open_nli", "a model's name or a folder"),
}
"""The kinds of judges besides the bundled one; each loads its own libraries."""


def open_judge(name: str = DEFAULT_MODEL, settings: JudgeSettings | None = None) -> Judge:
    """Make a judge by its name; the model is loaded at the first answer.

    Args:
        name: a bundled model's name or ``bundled``; a folder with a ``model.json``; ``hf:``,
            ``cross-encoder:`` or ``nli:`` with a model's name or folder; ``openai:`` with a server's
            address, ``#`` and a model; or two of these with a comma between, the second of which is
            asked where the first is unsure.
        settings: how it is to work.

    Raises:
        UserError: there is no such model or kind of judge, or what it needs is not installed.
    """
    settings = settings or JudgeSettings()
    first, *others = [part.strip() for part in name.split(",")]
    if not others:
        return _open_one(first, settings)
    from grader.judges.cascade import Cascade

    if len(others) > 1 or not first or not others[0]:
        raise UserError(f"the judge {name!r} is not two judges with a comma between, as in bundled,hf:MODEL")
    return Cascade(_open_one(first, settings), _open_one(others[0], settings), settings.unsure)


def _open_one(name: str, settings: JudgeSettings) -> Judge:
    kind, colon, model = name.partition(":")
    if colon and kind in KINDS:
        from grader.judges.raw import MappedJudge

        return MappedJudge(_open_raw(kind, model, settings), _bundled(DEFAULT_MODEL, settings))
    if colon and len(kind) > 1 and (near := get_close_matches(kind, KINDS, n=1)):
        raise UserError(f"no judge of the kind {kind!r}; did you mean {near[0]}:{model}?")
    return _bundled(DEFAULT_MODEL if name == BUNDLED else name, settings)


def _open_raw(kind: str, model: str, settings: JudgeSettings) -> "RawJudge":
    module, function, what = KINDS[kind]
    if not model:
        raise UserError(f"the judge {kind}: names no model; after the colon stands {what}")
    opener: Callable[[str, JudgeSettings], RawJudge] = getattr(import_module(module), function)
    return opener(model, settings)


def _bundled(name: str, settings: JudgeSettings) -> "LateInteractionJudge":
    from grader.judges.late_interaction import LateInteractionJudge
    from grader.models import resolve

    return LateInteractionJudge(resolve(name), settings.threads)
