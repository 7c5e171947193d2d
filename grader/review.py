"""Reasons for a person to look at an answer that can be told from its text alone."""

import re

from grader.bank import Question
from grader.passages import Answer

FEWEST_WORDS = 5
"""An answer of fewer words is looked at by a person."""

PROSE_SHARE = 0.2
"""The least share of function words in a sentence of English; lists of terms have fewer."""

PASTED = 2
"""An answer that holds so many key points word for word was pasted from the rubric, perhaps."""

_FUNCTION_WORDS = frozenset(
    """
    a about after again all also although always an and another any are as at be because been before being
    between both but by can cannot could did do does doing done don't each either else even every few for
    from get gets give given gives go goes had has have having he her here his how however i if in instead
    into is isn't it it's its just keep less let like made make makes many may me might more most much must
    my need needs neither never no nor not now of off often on once one only or other others our out over
    own per rather same she should since so some still such take takes than that the their them then there
    these they this those through thus to too under until up us use used uses using usually very want was
    way we well were what when where whether which while who whose why will with within without would yet
    you your
    """.split()
)

_WORDS = re.compile(r"\w+")
_ADDRESSES_GRADER = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?\n]{0,40}"
        r"\b(?:rubric|instructions?|prompts?|criteria|guidelines|grading|marking|key points?)\b",
        r"\b(?:give|award|assign|grant)\b[^.!?\n]{0,30}\b(?:full|maximum|max|top|perfect|highest|100)\b"
        r"[^.!?\n]{0,20}\b(?:marks?|points?|scores?|grades?|credits?|percent)\b",
        r"\b(?:mark|grade|score|rate|count|consider)\s+(?:this|my|the|every|all)\b[^.!?\n]{0,40}"
        r"\b(?:as\s+(?:covered|correct|complete|passed|full)|100\s*%|perfect(?:ly)?)",
        r"\b(?:dear|attention|hey|hello|note to(?: the)?)\s+(?:grader|examiner|marker|evaluator|judge)\b",
        r"\bas\s+(?:the|an?|your)\s+(?:ai\s+)?(?:grader|examiner|marker|evaluator)\b",
        r"\byou\s+(?:are|must|should|will|have\s+to)\b[^.!?\n]{0,30}\b(?:grader|award|grade\s+this|pass\s+this)",
        r"\bthis\s+(?:answer|response|submission)\b[^.!?\n]{0,30}"
        r"\b(?:full\s+(?:marks|credit|points)|covers\s+(?:all|every)|deserves|is\s+(?:fully\s+)?correct)",
        r"\bsystem\s+prompt\b|<\|?(?:im_start|system|assistant)\|?>|\[/?INST\]",
    )
)


def text_reasons(answer: Answer) -> tuple[str, ...]:
    """Say why a person should look at this answer.

    Args:
        answer: the answer, cut into sentences.

    Returns:
        Reasons as plain sentences; none for an ordinary answer.
    """
    words = answer.words
    reasons = []
    if len(words) < FEWEST_WORDS:
        reasons.append(f"the answer has {'no' if not words else 'fewer than 5'} words")
    elif is_list_of_terms(answer):
        reasons.append("most of the answer is a list of terms, not sentences")
    if any(pattern.search(answer.view) for pattern in _ADDRESSES_GRADER):
        reasons.append("the answer addresses the grader")
    return tuple(reasons)


def rubric_reasons(question: Question, answer: Answer) -> tuple[str, ...]:
    """Say whether an answer repeats the rubric, which nobody does by chance.

    Args:
        question: with the rubric.
        answer: the answer, cut into sentences.

    Returns:
        At most one reason, as a plain sentence.
    """
    said = " ".join(_WORDS.findall(answer.view.lower()))
    pasted = sum(" ".join(_WORDS.findall(point.text.lower())) in said for point in question.key_points)
    if pasted < min(PASTED, len(question.key_points)):
        return ()
    return (f"{pasted} of the rubric's key points are in it word for word",)


def is_list_of_terms(answer: Answer) -> bool:
    """Whether most words stand in stretches with too few function words for prose in English."""
    prose = listed = 0
    for sentence in answer.sentences:
        words = sentence.passage.text.lower().replace("’", "'").split()
        function_words = sum(word.strip(".,;:!?()[]\"'*") in _FUNCTION_WORDS for word in words)
        if function_words >= PROSE_SHARE * len(words):
            prose += len(words)
        else:
            listed += len(words)
    return listed > prose
