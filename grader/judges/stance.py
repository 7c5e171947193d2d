"""What an answer states, without the sentences that leave open whether they are so.

"X, or perhaps not" states nothing, however well its words match a key point, and neither does "either X or
not X". Nothing is weighed here: the few ways of saying both at once are told by their words, and whatever
else is said counts.
"""

import re
from dataclasses import replace

from grader.passages import Answer

_NOT_SO = (
    r"(?:may|might|could|can|would|must|need|do|does|did|is|are|was|were|will|has|have)"
    r"(?: well)?(?: not|n['’]t)\b(?: be)?(?: (?:so|true|the case))?"
)
_OPPOSITE = r"(?:the )?(?:opposite|contrary|reverse|other way a?round)\b(?: is (?:so|true|the case))?"
_END = r"\s*[.;!?]*$"
_LEAVES_OPEN = re.compile(
    rf"\bor (?:perhaps|maybe|possibly) (?:not\b|{_OPPOSITE})"
    rf"|\bor (?:it|this|that|they|these) {_NOT_SO}{_END}"
    rf"|\bor (?:else )?{_OPPOSITE}{_END}"
    r"|\b(?:may|might) or (?:may|might) not be (?:so|true|the case|right)\b"
    rf"|\bboth are possible{_END}",
    re.IGNORECASE,
)
_OR = re.compile(r"[,;]?\s+or\s+", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:not|never|no|none|cannot|without)\b|n['’]t\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{4,}", re.IGNORECASE)

SHARED_WORDS = 0.6
FEWEST_WORDS = 3
"""Two sides of an "or" say the same of the same if so large a share of the words of either, and so many
words, stand in the other."""
_WHETHER = re.compile(r"\bwhether\b", re.IGNORECASE)


def leaves_open(sentence: str) -> bool:
    """Whether a sentence says that something is so or is not so, both at once.

    Args:
        sentence: one sentence. "Whether it is so or it is not" and "kernel or not" leave nothing open:
            what is said beside them holds in either case.
    """
    line = " ".join(sentence.split())
    if _WHETHER.search(line):
        return False
    return _LEAVES_OPEN.search(line) is not None or _is_either_way(line)


def _is_either_way(line: str) -> bool:
    """Whether the two sides of an "or" say the same, one of them with a denial."""
    for match in _OR.finditer(line):
        sides = line[: match.start()], line[match.end() :]
        one, other = (_stems(side) for side in sides)
        shared = len(one & other)
        if shared < FEWEST_WORDS or shared < SHARED_WORDS * max(len(one), len(other)):
            continue
        if len({bool(_NEGATION.search(side)) for side in sides}) == 2:
            return True
    return False


def _stems(text: str) -> set[str]:
    """The longer words by their beginnings, so that "combines" and "combine" are one."""
    return {word[:5].lower() for word in _WORD.findall(text)}


def stated(answer: Answer) -> Answer:
    """The answer without the sentences that leave open what they are about.

    Args:
        answer: any answer.

    Returns:
        The same answer where there are none, else one whose view has spaces in their places.
    """
    kept = tuple(sentence for sentence in answer.sentences if not leaves_open(sentence.passage.text))
    if len(kept) == len(answer.sentences):
        return answer
    view = answer.view
    for sentence in answer.sentences:
        if sentence not in kept:
            start, end = sentence.passage.start, sentence.passage.end
            view = f"{view[:start]}{' ' * (end - start)}{view[end:]}"
    return replace(answer, view=view, sentences=kept)
