"""A judge without a model, and a bank that it can judge."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from grader import Bank, Grader
from grader.judges import Finding, Judgement, Task, Thresholds
from grader.passages import Passage

TIDES = """\
id: tides
question: What causes the tides?
topic: oceans
key_points:
  - id: gravity
    text: The gravity of the moon pulls the sea.
  - id: rotation
    text: The rotation of the earth makes two high waters a day, and the sun adds its own gravity.
  - id: sun
    text: The sun adds to the tide or takes from it.
misconceptions:
  - id: wind
    text: The wind pushes the water ashore.
"""
TIDES_REFERENCE = "It is gravity. By rotation there are two a day. There is also the sun. Rivers have none.\n"
BREAD = """\
id: bread
question: Why does bread rise?
topic: baking
key_points:
  - id: yeast
    text: The yeast makes gas.
  - id: gluten
    text: The gluten holds the gas.
"""
BREAD_REFERENCE = "Living yeast and stretchy gluten do it together, unlike gravity.\n"


class KeywordJudge:
    """Finds a proposition wherever its id stands in an answer, at its first place; asked in batches."""

    name = "keyword"
    version = "1"
    thresholds = Thresholds(covered=0.6, partial=0.4, asserted=0.8)
    batch = 64

    def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
        return [
            Judgement(
                tuple(
                    _finding(task.answer.text, proposition.id) for proposition in task.question.propositions
                ),
                similarity=0.0,
            )
            for task in tasks
        ]


def _finding(text: str, word: str) -> Finding:
    found = re.search(rf"\b{word}\b", text, re.IGNORECASE)
    if found is None:
        return Finding(0.1, None)
    return Finding(0.9, Passage(found.group(), found.start(), found.end()))


def keyword_grader(make_bank: Callable[..., Path]) -> Grader:
    """A grader over the questions ``tides`` and ``bread``."""
    make_bank(TIDES, TIDES_REFERENCE)
    return Grader(Bank.open(make_bank(BREAD, BREAD_REFERENCE, "bread")), KeywordJudge())
