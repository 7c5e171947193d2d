"""One sentence for the student on a key point that was not covered, by a language model.

The sentence is text for the student only. It is made after the verdicts, and none of them looks at it.
A model may put words into a student's mouth: a quotation that is not in the answer is not passed on.
"""

import re
from typing import Protocol, runtime_checkable

from sentencex import get_sentence_boundaries

from grader.bank import KeyPoint
from grader.judges.protocol import Task, Verdict
from grader.passages import Passage
from grader.texts import readable_view

LONGEST = 400
"""Characters of an explanation; a model that writes more has lost its way."""

_QUOTATION = re.compile(r"[\"“”]([^\"“”]+)[\"“”]")
_INSTRUCTION = {
    Verdict.MISSED: "The student's answer does not state this.",
    Verdict.PARTIAL: "The student's answer states this only in part.",
    Verdict.CONTRADICTED: "The student's answer says the contrary of this.",
}


@runtime_checkable
class Writer(Protocol):
    """A model that can write."""

    def write(self, task: Task, own: str) -> str:
        """Go on after the answer and an instruction.

        Args:
            task: the answer, which the model is shown first.
            own: what stands after it.

        Returns:
            What the model writes, as it is; empty where it fails.
        """


def explain(writer: Writer, task: Task, point: KeyPoint, verdict: Verdict, nearest: Passage | None) -> str:
    """Say in one sentence why a key point is not covered, quoting the answer.

    Args:
        writer: the model.
        task: the answer.
        point: the key point.
        verdict: what was decided: missed, partial or contradicted.
        nearest: the passage of the answer that comes nearest to it.

    Returns:
        The model's sentence, if all that it quotes is in the answer; else one made by rule for what is
        missed, and nothing where the passage is shown as evidence anyway.
    """
    own = (
        f"\n\nStatement: {point.text}\n{_INSTRUCTION[verdict]} Say to the student in one short sentence "
        "what is missing or wrong, quoting in double quotes the words of the answer that come nearest."
    )
    sentence = first_sentence(writer.write(task, own))
    if sentence and quotes_only(sentence, task.answer.view):
        return sentence
    return by_rule(nearest) if verdict is Verdict.MISSED else ""


def first_sentence(text: str) -> str:
    """The first sentence of what a model wrote, on one line; empty if it does not end in time."""
    line = " ".join(readable_view(text).split())
    sentence = next((each["text"].strip() for each in get_sentence_boundaries("en", line)), "")
    return sentence if len(sentence) <= LONGEST and sentence.rstrip('"”').endswith((".", "!", "?")) else ""


def quotes_only(sentence: str, answer: str) -> bool:
    """Whether every quotation of a sentence is in the answer, but for case, spaces and end marks."""
    said = _plain(answer)
    return all(_plain(quotation).strip(" .,;:!?…") in said for quotation in _QUOTATION.findall(sentence))


def by_rule(nearest: Passage | None) -> str:
    """A sentence on a missed key point that no model wrote.

    Args:
        nearest: the passage of the answer that comes nearest.
    """
    if nearest is None:
        return "Nothing in your answer comes near this."
    words = " ".join(readable_view(nearest.text).split())
    return f"What comes nearest in your answer is “{words}”, which does not say it."


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split())
