"""Key points that say two things, told from their text."""

import re

from grader.quality.verbs import finite_verb

_JOINTS = re.compile(r"(?:;|,\s+(?:and|but|while|whereas))\s+", re.IGNORECASE)
_DEPENDENT = re.compile(
    r"\b(?:that|which|who|whom|whose|where|when|if|because|since|so|how|what|whether|to|not|as)\b",
    re.IGNORECASE,
)
_FEWEST_WORDS = 3
"""A half of fewer words is no assertion of its own."""


def assertions(text: str) -> tuple[str, str] | None:
    """The two assertions of a compound sentence.

    Only what is joined by a semicolon, or by a comma and "and", "but", "while" or "whereas", counts, where
    both sides have a subject and a finite verb of their own. Reasons and consequences ("because", "so",
    "which") belong to what they explain, and alternatives ("or") are one assertion. The rule would rather
    miss a compound sentence than call a simple one compound.

    Args:
        text: a key point's text.

    Returns:
        What stands before and after the joint; None for a sentence that asserts one thing.
    """
    for joint in _JOINTS.finditer(text):
        before, after = text[: joint.start()].strip(), text[joint.end() :].strip(" .")
        if _stands_alone(before, False) and _stands_alone(after, True):
            return before, after
    return None


def _stands_alone(part: str, is_second: bool) -> bool:
    """Whether a part has a finite verb after a subject, outside any clause that depends on another."""
    if len(part.split()) < _FEWEST_WORDS:
        return False
    verb = finite_verb(part)
    if verb is None:
        return False
    subject = part[: verb.start].strip()
    return bool(subject) and not (is_second and _DEPENDENT.search(subject))
