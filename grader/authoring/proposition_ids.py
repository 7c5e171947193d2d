"""Ids for propositions that have none yet, made from the words that tell them from one another."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

LONGEST_ID = 40
"""Characters after which no further word goes into an id."""

WORDS_AN_ID = 3
"""The most words in an id that is made from a text."""

COMMON = 1 / 3
"""A word in more than this share of a rubric's texts tells none of them from the others."""

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
"""A word: letters and digits, with apostrophes inside."""

_ENDINGS = re.compile(r"(?:'s|’s|ings?|edly|ed|ies|es|s|ly|ation|ations)$")

_FUNCTION_WORDS = frozenset(
    """
    a about above across after again against all almost along already also although always am among an and
    another any anything are as aside at away back be became because become becomes been before being below
    best better between beyond both but by came can cannot come comes could did do does doing done down
    during each either else enough especially even ever every everything example far few first for former
    found from further gave get gets getting give given gives go goes going good got had has have having he
    hence her here hers him his how however i if in instance instead into is it its itself just keep keeps
    kept kind kinds last later latter least less let lets like little long look looks lot made mainly make
    makes making many may me might mine more moreover most mostly much must my near nearly need
    needs neither never next no nor normally not nothing now of off often on once one ones only onto or
    other others otherwise ought our out over own per perhaps quite rather really same say saying says see
    seem seems set several shall she should simply since so some someone something sometimes soon still such
    take taken takes than that the their them themselves then there therefore these they thing things think
    this those though three through thus to together too took toward towards turn turns two typical
    typically under unless until up upon us use used uses using usual usually various very want wants was
    way ways we well went were what whatever when where whereas whether which while who whoever whole whom
    whose why will with within without would yet you your
    i'd i'm i've i'll it's that's they're we're you're don't doesn't didn't isn't aren't wasn't won't can't
    couldn't wouldn't shouldn't there's here's let's hadn't hasn't haven't
    """.split()
)


def words(text: str) -> list[str]:
    """The words of a text in order, in lower case."""
    return [word.replace("’", "'") for word in WORD.findall(text.lower())]


def content_words(text: str) -> list[str]:
    """The words of a text that carry its meaning, in order, in lower case."""
    return [word for word in words(text) if word not in _FUNCTION_WORDS]


def stem(word: str) -> str:
    """A word without its usual endings, so that ``trees`` and ``tree`` are the same.

    Args:
        word: in lower case.

    Returns:
        At least three characters of it; shorter words are left alone.
    """
    short = _ENDINGS.sub("", word)
    return (short if len(short) >= 3 else word).removesuffix("e")


def slug(text: str) -> str:
    """All words of a text as an id; empty where the text has no Latin letter and no digit."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain.lower().replace("'", "")))


def ids_for(texts: Sequence[str], known: str = "", taken: Iterable[str] = ()) -> tuple[str, ...]:
    """Make an id for each text of a rubric.

    The first words that carry meaning are taken, but those that many of the texts share, or that the
    question gives away, only where nothing else is left.

    Args:
        texts: the propositions.
        known: the question's words.
        taken: ids that are in use.

    Returns:
        One id a text, in order, all different from one another and from those taken.
    """
    spread = Counter(stemmed for text in texts for stemmed in {stem(word) for word in content_words(text)})
    common = {stemmed for stemmed, count in spread.items() if count > max(2, len(texts) * COMMON)}
    given_away = {stem(word) for word in content_words(known)}
    used = set(taken)
    ids = []
    for text in texts:
        name = unique(_id_for(text, given_away, common), used)
        used.add(name)
        ids.append(name)
    return tuple(ids)


def unique(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it where it is taken."""
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def _id_for(text: str, known: Collection[str], common: Collection[str]) -> str:
    # An id is ASCII: a word in another script has no slug and says nothing in one.
    found = dict.fromkeys(word for word in content_words(text) if len(slug(word)) > 1)
    candidates = [word for word in found if not word.endswith("ly")] or list(found)
    given_away = [word for word in candidates if stem(word) in known]
    shared = [word for word in candidates if stem(word) in common and word not in given_away]
    particular = [word for word in candidates if word not in given_away and word not in shared]
    best = [*particular, *shared, *given_away][:WORDS_AN_ID]
    chosen: list[str] = []
    for word in sorted(best, key=candidates.index):
        if not chosen or len("-".join([*chosen, slug(word)])) <= LONGEST_ID:
            chosen.append(slug(word))
    return "-".join(chosen)[:LONGEST_ID].strip("-") or "key-point"
