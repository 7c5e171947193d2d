"""A list of criteria, as other libraries have it, into a rubric of ours."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.criteria_files import CriteriaFile, Criterion, Remark, read_criteria
from grader.authoring.proposition_ids import ids_for, slug, unique
from grader.authoring.rubric_writer import Entry, RubricText
from grader.bank import KeyPoint, Misconception
from grader.errors import UserError

DIGITS = 4
"""Decimals of a penalty."""

_WHO = (
    r"(?:the |this |an? )?(?:response|answer|output|text|essay|submission|candidate|student|report|model)\s+"
)
_HOW = r"(?:(?:correctly|explicitly|clearly|accurately|properly|also|briefly|specifically)\s+)?"
_WRONGLY = r"(?:incorrectly|wrongly|falsely|mistakenly|erroneously)\s+"
_SAYS = (
    r"(?:states?|says?|claims?|mentions?|notes?|explains?|asserts?|argues?|believes?|indicates?|recogni[sz]es?"
    r"|acknowledges?|points? out|concludes?|suggests?|shows?|identifies|describes?|emphasi[sz]es?)\s+"
)
# "States that X" is X; "Incorrectly claims X" is X too, since a misconception is what is claimed.
_SAYS_THAT = re.compile(
    rf"(?:{_WHO})?(?:(?:{_HOW}|{_WRONGLY}){_SAYS}that\s+"
    rf"|{_WRONGLY}(?:states?|says?|claims?|asserts?|believes?|argues?)\s+)(?=\S)",
    re.IGNORECASE,
)
_ABOUT_THE_ANSWER = re.compile(
    rf"(?:{_WHO}(?:is|are|has|does|should|must|contains?|includes?|provides?|uses?|mentions?)\b"
    rf"|(?:{_WHO})?(?:{_HOW}|{_WRONGLY}){_SAYS}"
    r"|(?:includes?|provides?|uses?|contains?|gives?|offers?|discusses|discuss|cites?|correctly|relates?"
    r"|compares?|defines?|lists?|names?|addresses|avoids?|demonstrates?|fails? to|omits?)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Imported:
    """A rubric out of a list of criteria.

    Attributes:
        rubric: ready to be written.
        remarks: what could not be carried over, as ``FILE:LINE: …``, one line each.
    """

    rubric: RubricText
    remarks: tuple[str, ...]


def import_rubric(
    path: Path,
    *,
    question: str | None = None,
    question_id: str | None = None,
    topic: str = "general",
) -> Imported:
    """Make a rubric of a list of criteria.

    A criterion of a positive weight becomes a key point of that weight (all 1 where all are equal). One
    of a negative weight becomes a misconception whose penalty is what it took off the score there:
    ``|weight| / sum of the positive weights``, at most 1. "States that X" becomes X.

    Args:
        path: a JSON or YAML file (see ``criteria_files``).
        question: what is asked; the file's ``prompt`` if not given.
        question_id: its id, a slug; made of the file's ``name``, or else its own name, if not given.
        topic: the part of the field that it belongs to.

    Returns:
        The rubric and what could not be carried over.

    Raises:
        UserError: the file is not of this form, holds no criterion of positive weight, or there is no
            question; the message names file and line.
    """
    found = read_criteria(path)
    asked = question or found.prompt
    if not asked:
        raise UserError(f"{path}: the file has no `prompt`, so say what is asked with --question")
    good = [criterion for criterion in found.criteria if criterion.weight > 0]
    bad = [criterion for criterion in found.criteria if criterion.weight < 0]
    if not good:
        line = found.criteria[0].line
        raise UserError(
            f"{path}:{line}: no criterion has a weight above 0, and a rubric needs at least one key point"
        )
    names = _names([*good, *bad], asked)
    equal = len({criterion.weight for criterion in good}) == 1
    total = sum(criterion.weight for criterion in good)
    rubric = RubricText(
        id=question_id or slug(found.name or "") or slug(path.stem) or "question",
        question=asked,
        topic=topic,
        kind="knowledge",
        key_points=tuple(
            Entry(KeyPoint(id=name, text=_proposition(one), weight=1.0 if equal else one.weight), _notes(one))
            for name, one in zip(names, good, strict=False)
        ),
        misconceptions=tuple(
            Entry(Misconception(id=name, text=_proposition(one), penalty=_penalty(one, total)), _notes(one))
            for name, one in zip(names[len(good) :], bad, strict=True)
        ),
        header=_header(path, equal, bool(bad)),
    )
    remarks = sorted((*found.remarks, *_remarks(found)), key=lambda remark: remark.line)
    return Imported(rubric, tuple(f"{path}:{remark.line}: {remark.what}" for remark in remarks))


def _names(criteria: Sequence[Criterion], question: str) -> list[str]:
    """The criteria's own names as ids; where there is none, one made of the text."""
    own = [slug(criterion.name or "") for criterion in criteria]
    taken: set[str] = set(filter(None, own))
    made = iter(
        ids_for(
            [_proposition(one) for one, name in zip(criteria, own, strict=True) if not name], question, taken
        )
    )
    names: list[str] = []
    for name in own:
        names.append(unique(name, names) if name else next(made))
    return names


def _proposition(criterion: Criterion) -> str:
    text = criterion.requirement
    match = _SAYS_THAT.match(text)
    if match is None:
        return text
    rest = text[match.end() :]
    return rest[:1].upper() + rest[1:]


def _penalty(criterion: Criterion, total: float) -> float:
    penalty = min(-criterion.weight / total, 1.0)
    return round(penalty, DIGITS) or penalty


def _notes(criterion: Criterion) -> tuple[str, ...]:
    notes = []
    text = _proposition(criterion)
    if text != criterion.requirement:
        notes.append(f"Was: {criterion.requirement}")
    elif _ABOUT_THE_ANSWER.match(text):
        notes.append("Speaks about the answer: write the sentence that an answer would say.")
    if text.endswith("?"):
        notes.append("A question: write the sentence that an answer would say.")
    if criterion.options:
        notes.append(f"Was a scale ({'; '.join(criterion.options)}): write what earns the point.")
    if criterion.section:
        notes.append(f"Section: {criterion.section}")
    return tuple(notes)


def _header(path: Path, equal: bool, penalised: bool) -> tuple[str, ...]:
    lines = [
        f"From {path.name}. Each text should be a sentence that an answer says, not one about the answer."
    ]
    if not equal:
        lines.append("The weights are those of the file; a key point without one has 1.")
    if penalised:
        lines.append("A penalty is the weight that it was, over the sum of the positive ones.")
    return tuple(lines)


def _remarks(found: CriteriaFile) -> Iterator[Remark]:
    for criterion in found.criteria:
        which = repr(criterion.name or criterion.requirement)
        if criterion.weight == 0:
            yield Remark(criterion.line, f"{which} has the weight 0 and is left out")
        elif criterion.options:
            becomes = "key point" if criterion.weight > 0 else "misconception"
            scale = f"a scale of {len(criterion.options)} options"
            yield Remark(criterion.line, f"{which} has {scale}; it becomes a {becomes}, which is met or not")
