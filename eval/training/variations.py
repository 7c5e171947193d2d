"""Examples in other dress: without the question, with a small edit, typed in haste."""

import random
import re
from collections.abc import Iterator

from eval.training.edits import edited_pairs
from eval.training.example import SUPPORTED, Example, Target

REVERSED: Target = (0.02, 0.28, 0.7)
"""By a small edit: most often the contrary, now and then only nonsense."""

EDITED = {"contrast": 0.5, "marked": 0.3, "bank": 0.5, "beetle": 0.5, "nli": 0.4, "argkp": 0.15, "saf": 0.0}
"""How often an example is followed by edited ones, by its source."""

EDITS = 2
LONGEST_EDITED = 300
"""Characters of a text that is edited itself; of a longer one only the proposition is."""

WITH_QUESTION = 0.8
"""How often the network is told the question."""

WITH_TYPOS = 0.07
"""How often a text is made to look typed in haste."""


def perhaps_without_question(example: Example, generator: random.Random) -> Example:
    """The example, now and then with the question withheld."""
    return example if generator.random() < WITH_QUESTION else example._replace(question="")


def edited(example: Example, generator: random.Random) -> Iterator[Example]:
    """Pairs that differ from what the text supports by a small edit; see ``edits``."""
    if generator.random() > EDITED[example.source]:
        return
    supported = [p for p, t in zip(example.propositions, example.targets, strict=True) if t[0] > 0.95]
    if not supported:
        return
    proposition = generator.choice(supported)
    pairs = list(edited_pairs(example.text, proposition, generator))
    if len(example.text) > LONGEST_EDITED:  # an edit may hit words that are about something else
        pairs = [pair for pair in pairs if pair[0] == example.text or pair[0] == pair[1]]
    for text, changed, supports in generator.sample(pairs, min(EDITS, len(pairs))):
        target = SUPPORTED if supports else REVERSED
        yield Example(example.source, example.question, text, (changed,), (target,))


def as_typed(example: Example, generator: random.Random) -> Example:
    """Now and then with typos and without punctuation, which change nothing of what is said."""
    if example.source == "nli" or generator.random() > WITH_TYPOS:
        return example
    words = [_mistyped(w, generator) if generator.random() < 0.12 else w for w in example.text.split(" ")]
    text = " ".join(words)
    return example._replace(text=re.sub(r"[,.;:'’]", "", text) if generator.random() < 0.3 else text)


def _mistyped(word: str, generator: random.Random) -> str:
    if len(word) < 5:  # a short word may turn into another
        return word
    place = generator.randrange(1, len(word) - 2)
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return generator.choice(
        (swapped, word[:place] + word[place + 1 :], word[:place] + word[place] + word[place:])
    )
