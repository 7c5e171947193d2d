"""``hf:MODEL``: a causal language model on this machine, which reads and does not write.

For each proposition it gives the probability of *yes* against *no* as the next token.
"""

from collections.abc import Sequence

from grader.judges.llm.causal_model import CausalModel
from grader.judges.llm.prompts import MOST_WRITTEN, VERSION, own_parts, shared_part
from grader.judges.llm.yes_or_no import raw_finding
from grader.judges.protocol import JudgeSettings, Task
from grader.judges.raw import RawFinding
from grader.models.hugging_face import find_weights
from grader.passages import Passage


class CausalJudge:
    """Asks a causal language model for yes or no; see ``RawJudge``."""

    def __init__(self, name: str, model: CausalModel, show_reference: bool) -> None:
        """Make a judge; the model is loaded at the first answer.

        Args:
            name: the name by which it is asked for.
            model: the language model.
            show_reference: whether it is shown the reference answer.
        """
        self.name = name
        self.model = model
        self._show_reference = show_reference

    @property
    def revision(self) -> str:
        """Of prompt and weights."""
        reference = "r" if self._show_reference else ""
        return f"{VERSION}{reference}-{self.model.weights.revision}"

    def read(self, task: Task, nearest: Sequence[Passage | None] = ()) -> tuple[RawFinding, ...]:
        """Ask about each proposition; see ``RawJudge.read``."""
        model, shared = self.model, self._shared(task)
        own = [[*model.text_tokens(part), *model.template.after] for part in own_parts(task, nearest)]
        room = model.longest - len(shared)
        fitting = [each for each in own if len(each) <= room]
        said = iter(model.yes_and_no(shared, fitting) if fitting else ())
        reason = f"with the answer the prompt is longer than the {model.longest:,} tokens the model reads"
        too_long = RawFinding(0.0, unscored=reason)
        return tuple(raw_finding(*next(said)) if len(each) <= room else too_long for each in own)

    def write(self, task: Task, own: str) -> str:
        """Go on after the answer and an instruction; see ``Writer.write``."""
        model, shared = self.model, self._shared(task)
        after = [*model.text_tokens(own), *model.template.after]
        if len(shared) + len(after) + MOST_WRITTEN > model.longest:
            return ""
        return model.write(shared, after)

    def _shared(self, task: Task) -> list[int]:
        model = self.model
        return [*model.template.before, *model.text_tokens(shared_part(task, self._show_reference))]


def open_causal(model: str, settings: JudgeSettings) -> CausalJudge:
    """Open a causal language model as a judge.

    Args:
        model: a folder, a ``.gguf`` file, or a name in the cache of the Hugging Face hub.
        settings: device, threads, whether it is shown the reference answer.

    Raises:
        UserError: there is no such model on this machine.
    """
    return CausalJudge(f"hf:{model}", CausalModel(find_weights(model), settings), settings.show_reference)
