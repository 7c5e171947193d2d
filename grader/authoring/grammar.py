"""As much English grammar as can be had from lists of words: whether there is a verb, and whose."""

import re
from dataclasses import dataclass

from grader.authoring.proposition_ids import WORD, content_words, words

_PLURAL_AUXILIARIES = frozenset("are were have do aren't weren't haven't don't".split())
_SINGULAR_AUXILIARIES = frozenset("is was has does isn't wasn't hasn't doesn't".split())
_AUXILIARIES = frozenset(
    """
    am had hadn't can cannot can't could couldn't may might must shall should shouldn't will won't would
    wouldn't did didn't needn't
    """.split()
)
_SINGULAR_VERBS = frozenset(
    """
    acts adds adjusts aims applies arises asks assumes averages becomes begins belongs brings builds calls
    causes chooses combines comes compares computes consists contains controls converts copes corrects costs
    counts covers creates cuts decides decreases defines depends derives describes determines differs divides
    draws drops encodes ends estimates exists expects explains expresses fails falls finds fits fixes follows
    forces forms generalises generalizes generates gets gives goes governs grows happens helps holds improves
    includes increases informs keeps knows lacks leads learns leaves lets lies limits looks loses makes maps
    matters maximises means measures minimises moves needs observes offers opens overfits penalises penalizes
    performs picks plays predicts prevents produces protects provides pulls pushes puts reaches reads receives
    records reduces relies removes repeats replaces represents requires responds results reuses reveals rises
    runs samples says searches sees selects sends separates serves sets shows shrinks simplifies solves splits
    stands starts stays stops stores suffers sums supports supposes takes tells tends tracks transforms
    travels treats tries turns underfits updates uses varies wins works yields
    """.split()
)
_PLURAL_VERBS = frozenset(
    """
    act add adjust aim apply arise assume become begin belong bring build cause choose combine come compare
    compute consist contain cope correct cover decide depend derive describe determine differ divide end
    estimate exist explain fail fall find fit fix follow generalise generalize give go grow happen help hold
    improve include increase keep know lack lead learn leave let lie lose make map matter mean need observe
    offer overfit penalise penalize perform pick predict prevent produce provide pull push rank reduce rely
    remove repeat replace represent require respond reuse reveal rise run say search see select send separate
    serve shrink solve split stand start stay stop suffer take tell tend transform travel treat try turn
    underfit use vary win work yield
    """.split()
)
_PAST_VERBS = frozenset(
    """
    added asked became began brought built called came chose compared cut decided drew fell fitted found gave
    got grew helped kept knew learned learnt led left let lost made meant measured met moved needed opened
    picked put ran reached read removed replaced rose said saw sent served set showed shrank shrunk split
    started stopped taught told took tried trained turned used wanted went won worked wrote
    """.split()
)
_FINITE = (
    _AUXILIARIES | _PLURAL_AUXILIARIES | _SINGULAR_AUXILIARIES | _SINGULAR_VERBS | _PLURAL_VERBS | _PAST_VERBS
)
_ADVERBS = frozenset(
    """
    also always then therefore thus usually often mostly mainly normally typically only just simply never
    hence still generally frequently commonly now today thereby
    """.split()
)

_PREPOSITION = re.compile(r"(?:to|by|in|for|with|without)\b", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:i|we|you)\b", re.IGNORECASE)
_NO_SUBJECT = re.compile(
    r"(?:i|we|you|there|what|if|when|because|as|since|with|without|in|on|at|for|under|after|before|to|by|from"
    r"|whether|although|though|where|while|during|along|once|until|given|than|unless|every|each|no|any|many"
    r"|most|some|one|two|three|few|nobody|nothing|none|all|both|everything|another|which|who|how"
    r"|it|they|this|that|these|those|its|their|such|he|she)\b",
    re.IGNORECASE,
)

SUBJECT_WITHIN = 7
"""A sentence's subject is looked for among so many words."""

VERB_WITHIN = 6
"""A clause that stands alone has its verb among so many words."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a sentence is about.

    Attributes:
        text: a noun phrase, as it stands in the sentence.
        plural: whether "they" stands for it, and not "it".
    """

    text: str
    plural: bool


def has_verb(text: str) -> bool:
    """Whether a word after the first is surely a verb with a subject, as a list of the usual ones has it."""
    return any(map(_is_verb, words(text)[1:]))


def may_have_verb(text: str) -> bool:
    """Whether a word after the first is a verb, or at least ends like one."""
    return has_verb(text) or any(word.endswith(("s", "ed")) for word in words(text)[1:])


def begins_with_subject(text: str) -> bool:
    """Whether a clause has a subject and soon a verb: ``the trees vote``, but not ``makes them vote``."""
    found = words(text)
    if not found or found[0] in _FINITE | _ADVERBS or _PREPOSITION.match(text):
        return False
    return any(map(_is_verb, found[1:VERB_WITHIN]))


def subject_of(text: str) -> Subject | None:
    """The noun phrase before the first verb of a sentence.

    Returns:
        None where it is not plain: a person, a pronoun, a quantity, a long phrase, or something that comes
        before the subject.
    """
    found = list(WORD.finditer(text))[:SUBJECT_WITHIN]
    for position, word in enumerate(words(text)[:SUBJECT_WITHIN]):
        if word in _FINITE:
            while position and found[position - 1].group().lower() in _ADVERBS:
                position -= 1
            return _subject(text[: found[position - 1].end()], word) if position else None
    return None


def _subject(phrase: str, verb: str) -> Subject | None:
    if re.search(r"[,;:(]", phrase) or _NO_SUBJECT.match(phrase) or _PERSON.search(phrase):
        return None
    return Subject(phrase, _is_plural(phrase, verb)) if content_words(phrase) else None


def _is_plural(phrase: str, verb: str) -> bool:
    if verb in _PLURAL_AUXILIARIES | _PLURAL_VERBS:
        return True
    if verb in _SINGULAR_AUXILIARIES | _SINGULAR_VERBS:
        return False
    head = re.split(r"\s(?:of|in|for|with|on|from)\s", phrase)[0]
    return " and " in phrase or (head.endswith("s") and not head.endswith(("ss", "is", "us")))


def _is_verb(word: str) -> bool:
    return (
        word in _FINITE or word.endswith(("'re", "'ve", "'ll", "'d")) or word in ("it's", "that's", "there's")
    )
