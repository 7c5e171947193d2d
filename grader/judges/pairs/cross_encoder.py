"""``cross-encoder:MODEL``: how well a passage answers to a proposition, by a model that reads both."""

from collections.abc import Sequence

from grader.errors import UserError
from grader.judges.pairs.nli import is_of_entailment
from grader.judges.pairs.pair_model import FloatArray, PairModel, open_pair_model
from grader.judges.pairs.windows import Window
from grader.judges.protocol import JudgeSettings, Task
from grader.judges.raw import RawFinding
from grader.passages import Passage


class CrossEncoderJudge:
    """Takes the number of the window that answers best to a proposition; see ``RawJudge``."""

    def __init__(self, name: str, model: PairModel) -> None:
        """Make a judge; the model is loaded at the first answer.

        Args:
            name: the name by which it is asked for.
            model: a model with one output.
        """
        self.name = name
        self.model = model

    @property
    def revision(self) -> str:
        """Of the weights and the way of reading."""
        return self.model.revision

    def read(self, task: Task, nearest: Sequence[Passage | None] = ()) -> tuple[RawFinding, ...]:
        """Hold each proposition against the answer; see ``RawJudge.read``."""
        return tuple(read.finding(best_window) for read in self.model.read(task, proposition_first=True))


def best_window(windows: tuple[Window, ...], scores: FloatArray) -> RawFinding:
    """What the numbers of a proposition's windows come to.

    Args:
        windows: at least one.
        scores: shape (windows, 1).

    Returns:
        The greatest number, with its window; of equal ones the first.
    """
    best = int(scores[:, 0].argmax())
    return RawFinding(float(scores[best, 0]), evidence=windows[best].passage)


def open_cross_encoder(model: str, settings: JudgeSettings) -> CrossEncoderJudge:
    """Open a cross-encoder as a judge.

    Args:
        model: a folder, or a name in the cache of the Hugging Face hub.
        settings: device, threads.

    Raises:
        UserError: there is no such model on this machine, or it is no cross-encoder with one output.
    """
    opened = open_pair_model(model, settings)
    if len(opened.labels) == 1:
        return CrossEncoderJudge(f"cross-encoder:{model}", opened)
    outputs = f"{opened.weights.folder}: this model has {len(opened.labels)} outputs"
    if is_of_entailment(opened.labels):
        raise UserError(f"{outputs} that tell entailment, which is the judge nli:{model}")
    raise UserError(f"{outputs} ({', '.join(opened.labels)}); a cross-encoder that scores pairs has one")
