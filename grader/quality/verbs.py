"""Where an English clause has its finite verb, told from word lists: enough for rules that may pass."""

import re
from types import MappingProxyType
from typing import NamedTuple

AUXILIARIES = frozenset(
    "is are am was were can could will would shall should must may might do does did".split()
)
"""Verbs that are finite wherever they stand, and that "not" follows."""

_REGULAR = """
    accept achieve act adapt add adjust affect agree aim allow alternate answer apply approach ask assign
    assume attract avoid average balance base belong bend boost call cancel capture carry cause change
    check classify clean cluster collect combine compare complete compute condense connect consider consist
    contain contribute control converge convert correct cost count cover create cut decide define delete
    deliver depend deploy describe design destroy detect determine differ discard discourage divide double
    drop encode end ensure estimate evaluate exist expect explain explore express extract fail favour fill
    filter finish fix focus follow force form gather generalise generate group grow guarantee guard handle
    happen help hide hold identify ignore improve impute include increase indicate infer influence inflate
    inspect interact introduce involve join judge keep lack land learn level limit list live look lose
    lower make map match matter mean measure memorise merge minimise mislead miss mix model monitor move
    multiply need obey observe occur offer optimise outnumber overfit overshoot pass penalise perform pick
    place plot point pool predict prefer preserve prevent process produce prove pull punish push put quantify
    raise rank reach read reduce refer reflect reject rely remain remember remove repeat replace represent
    require rescale return reveal reward rotate run sample satisfy save scale search seem select send
    separate serve settle share shift show shrink sit slide slow smooth solve split spread stall stand start
    stay stop store subtract suffer suggest suit take target teach tell tend test track trade train transform
    treat try tune turn underfit understand update use validate vanish vary visualise vote want warn weigh
    weight work yield
""".split()
_IRREGULAR = MappingProxyType(
    {
        "became": "become",
        "began": "begin",
        "bought": "buy",
        "brought": "bring",
        "built": "build",
        "came": "come",
        "chose": "choose",
        "fell": "fall",
        "felt": "feel",
        "found": "find",
        "gave": "give",
        "got": "get",
        "grew": "grow",
        "held": "hold",
        "kept": "keep",
        "knew": "know",
        "learnt": "learn",
        "led": "lead",
        "left": "leave",
        "lost": "lose",
        "made": "make",
        "meant": "mean",
        "met": "meet",
        "ran": "run",
        "rose": "rise",
        "said": "say",
        "saw": "see",
        "sent": "send",
        "showed": "show",
        "shrank": "shrink",
        "spent": "spend",
        "taught": "teach",
        "thought": "think",
        "told": "tell",
        "took": "take",
        "went": "go",
        "wrote": "write",
    }
)
_BASES = frozenset(_REGULAR) | frozenset(_IRREGULAR.values()) | {"have"}
_FINAL_DOUBLED = frozenset("drop plot stop".split())
_PRONOUNS = frozenset("i you we they".split())
_SINGULAR_PRONOUNS = frozenset("he she it this that which who what".split())
_BEFORE_NOUN = frozenset(
    """
    a an the these those its their his her our my your each every some any no of in on at by for from with
    without to into over under between among as than such several many few more most less two three one first
    second third next last other another same own both per very
    """.split()
)
"""After one of these stands a noun, not a verb, even if it looks like one."""

_CONJUNCTIONS = frozenset("and or but then".split())
"""After one of these stands anything, but at the start of a clause more likely a verb."""

_OFTEN_NOUNS = frozenset(
    """
    balances clusters counts estimates filters forms groups judges leaves levels limits lists maps measures
    models places plots points pools processes ranks samples scales searches shares shifts slides splits
    stores supports targets tests tracks votes weights
    """.split()
)
"""Plurals that look like verbs, and are more often nouns where these rules are used."""

_WORD = re.compile(r"[A-Za-z]+(?:[-'’][A-Za-z]+)*")


class FiniteVerb(NamedTuple):
    """A finite verb in a clause.

    Attributes:
        start: where it starts, in characters.
        end: where it ends.
        base: its base form, such as ``reduce``; the auxiliary itself for an auxiliary.
        support: what a negation needs before the base form: ``do``, ``does`` or ``did``; empty for an
            auxiliary, after which "not" can stand.
    """

    start: int
    end: int
    base: str
    support: str


def finite_verb(clause: str) -> FiniteVerb | None:
    """The first word of a clause that is surely enough a finite verb.

    Args:
        clause: a sentence or a part of one.

    Returns:
        The verb; None where no word of the lists stands in a verb's place.
    """
    words = list(_WORD.finditer(clause))
    for position, match in enumerate(words):
        word = match.group().lower()
        before = words[position - 1].group().lower() if position else ""
        after = words[position + 1].group().lower() if position + 1 < len(words) else ""
        if before in _CONJUNCTIONS and position > 1 and word not in AUXILIARIES:
            continue
        verb = _as_verb(word, before, after)
        if verb is not None:
            return FiniteVerb(match.start(), match.end(), *verb)
    return None


def _as_verb(word: str, before: str, after: str) -> tuple[str, str] | None:
    """The base form and what supports its negation, if a word in this place is a finite verb."""
    if word in AUXILIARIES:
        return word, ""
    if word in ("has", "have", "had") and before != "to" and before not in AUXILIARIES:
        if _is_participle(after):
            return word, ""
        return "have", {"has": "does", "have": "do", "had": "did"}[word]
    if not before or before in _BEFORE_NOUN or before in AUXILIARIES:
        return None
    if word in _THIRD_PERSON:
        return _THIRD_PERSON[word], "does"
    if word in _IRREGULAR and word not in _PARTICIPLES_ALIKE:
        return _IRREGULAR[word], "did"
    if word in _BASES and (before in _PRONOUNS or _is_plural(before)):
        return word, "do"
    if word in _PAST and before in _PRONOUNS | _SINGULAR_PRONOUNS:
        return _PAST[word], "did"
    return None


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith(("ss", "us", "is")) and word not in _THIRD_PERSON


def _is_participle(word: str) -> bool:
    return word.endswith(("ed", "en")) or word in _PARTICIPLES_ALIKE | {
        "been",
        "not",
        "become",
        "come",
        "run",
    }


def _third_person(base: str) -> str:
    if base == "have":
        return "has"
    if base.endswith(("s", "sh", "ch", "x", "z", "o")):
        return f"{base}es"
    return f"{base[:-1]}ies" if _ends_in_consonant_and_y(base) else f"{base}s"


def _past(base: str) -> str:
    if base.endswith("e"):
        return f"{base}d"
    if _ends_in_consonant_and_y(base):
        return f"{base[:-1]}ied"
    return f"{base}{base[-1]}ed" if base in _FINAL_DOUBLED else f"{base}ed"


def _ends_in_consonant_and_y(base: str) -> bool:
    return base.endswith("y") and base[-2] not in "aeiou"


_THIRD_PERSON = MappingProxyType(
    {_third_person(base): base for base in _BASES if _third_person(base) not in _OFTEN_NOUNS | {"has"}}
)
_PAST = MappingProxyType({_past(base): base for base in _REGULAR})
_PARTICIPLES_ALIKE = frozenset(
    "bought brought built felt found got held kept learnt led left lost made meant met said sent spent taught"
    " thought told".split()
)
