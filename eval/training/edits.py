"""Small edits that turn what is said into something else, or rename it on both sides alike.

A judge that only sees which words are there can't tell "more data, less error" from "less data, more
error". From any text that supports a proposition these edits make pairs that differ in one word, its
opposite, or in two words that change places: on one side, and the text no longer supports the
proposition; on both sides alike, and it still does. So the edit itself gives nothing away.

Two words that change places after Min et al. 2020, https://aclanthology.org/2020.acl-main.212.
"""

import random
import re
from collections.abc import Callable, Iterator

Edit = Callable[[str], str]

_OPPOSITES = """
more/fewer more/less most/least higher/lower high/low highest/lowest larger/smaller large/small
bigger/smaller big/small greater/smaller longer/shorter long/short faster/slower fast/slow quicker/slower
earlier/later early/late before/after above/below over/under inside/outside increase/decrease
increases/decreases increased/decreased increasing/decreasing raises/lowers raise/lower raised/lowered
rises/falls rise/fall rising/falling grows/shrinks grow/shrink growing/shrinking gains/loses gain/lose
adds/removes add/remove added/removed always/never all/none every/no same/different first/last
maximum/minimum maximise/minimise maximize/minimize positive/negative strong/weak stronger/weaker
strengthens/weakens hard/easy harder/easier hot/cold hotter/colder warm/cool warmer/cooler rich/poor
better/worse best/worst good/bad right/wrong true/false with/without often/rarely usually/seldom
can/cannot must/needn't known/unknown independent/dependent necessary/unnecessary possible/impossible
allowed/forbidden allows/prevents allow/prevent helps/hinders improves/worsens improve/worsen
improved/worsened reduces/increases reduce/increase reduced/increased reducing/increasing open/closed
opens/closes connected/disconnected public/private internal/external shared/separate common/rare
cheap/expensive cheaper/dearer safe/dangerous safer/riskier simple/complex simpler/complicated
accept/reject accepts/rejects accepted/rejected starts/ends start/end begins/ends begin/end buys/sells
push/pull pushes/pulls attracts/repels supports/opposes agree/disagree include/exclude includes/excludes
included/excluded upper/lower top/bottom up/down left/right near/far closer/farther deep/shallow
thick/thin wide/narrow full/empty old/new young/old alive/dead success/failure succeeds/fails
passes/fails both/neither together/apart sooner/later forward/backward expands/contracts underfit/overfit
underfits/overfits underfitting/overfitting bias/variance precision/recall training/test input/output
""".split()
_NEGATIONS = (
    (r"\b(is|are|was|were|can|will|should|must|does|do|did|has|have) not ", r"\1 "),
    (r"\bcannot ", "can "),
    (r"\b(isn|aren|wasn|weren|doesn|didn|shouldn|won|can|don)['’]t ", None),
    (r"\b(is|are|was|were|can|will|should|must) (?!not\b)", r"\1 not "),
    (r"\bnever ", "always "),
    (r"\bno longer ", "still "),
)
_CONTRACTIONS = {"won": "will", "can": "can", "don": "do"}
_WORD = re.compile(r"[A-Za-z][A-Za-z-]{2,}")
_JOINED = re.compile(r"[\s,;/]*(?:(?:and|or|nor|as well as|plus)\b)?[\s,;/]*", re.IGNORECASE)
SMALL_WORDS = frozenset(
    """
    about after also and any are because been before being both but can could did does doing done
    each even ever every few for from get gets had has have how into its just like made make makes
    many may might more most much must nor not now off one only other our out own same she should
    since some such than that the their them then there these they this those through too two under
    until upon use used uses using very was way well were what when where which while who whose why
    will with without would you your
    """.split()
)


def _opposites() -> dict[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    for pair in _OPPOSITES:
        one, other = pair.split("/")
        known[one] = (*known.get(one, ()), other)
        known[other] = (*known.get(other, ()), one)
    return known


OPPOSITES = _opposites()


def edited_pairs(text: str, proposition: str, generator: random.Random) -> Iterator[tuple[str, str, bool]]:
    """Pairs made of a text and a proposition that it supports.

    Yields:
        A text, a proposition, and whether the one still supports the other.
    """
    edits = [_opposite(text, proposition, generator), _exchange(text, proposition, generator)]
    for edit in edits:
        if edit is None:
            continue
        new_text, new_proposition = edit(text), edit(proposition)
        if new_proposition != proposition:
            yield text, new_proposition, False
        if new_text != text and new_proposition != proposition:
            yield new_text, proposition, False
            yield new_text, new_proposition, True
    denied = negated(proposition, generator)
    if denied is not None:
        yield text, denied, False
        yield denied, denied, True


def negated(text: str, generator: random.Random) -> str | None:
    """The text with one "not" put in or taken out, or None where no verb takes one."""
    fitting = [(pattern, put) for pattern, put in _NEGATIONS if re.search(pattern, text, re.IGNORECASE)]
    if not fitting:
        return None
    pattern, put = fitting[0] if len(fitting) == 1 else generator.choice(fitting[:2])
    return re.sub(pattern, put or _without_contraction, text, count=1, flags=re.IGNORECASE)


def _without_contraction(match: re.Match[str]) -> str:
    verb = match.group(1)
    return f"{_CONTRACTIONS.get(verb.lower(), verb[:-1])} "  # doesn't, isn't


def _opposite(text: str, proposition: str, generator: random.Random) -> Edit | None:
    """One word of the proposition into its opposite; a word of the text as well, if there is one."""
    words = [word for word in _WORD.findall(proposition) if word.lower() in OPPOSITES]
    in_both = [word for word in words if re.search(rf"\b{word}\b", text, re.IGNORECASE)]
    if not words:
        return None
    word = generator.choice(in_both or words)
    other = generator.choice(OPPOSITES[word.lower()])
    return lambda whole: _replaced(whole, {word.lower(): other}, count=1)


def _exchange(text: str, proposition: str, generator: random.Random) -> Edit | None:
    """Two words of the proposition that change places, everywhere."""
    matches = [m for m in _WORD.finditer(proposition) if m.group().lower() not in SMALL_WORDS]
    pairs = [
        (one.group().lower(), other.group().lower())
        for i, one in enumerate(matches)
        for other in matches[i + 1 :]
        if one.group().lower() != other.group().lower()
        and len(other.group()) > 3 < len(one.group())
        and _same_form(one.group(), other.group())
        and not _JOINED.fullmatch(proposition[one.end() : other.start()])
    ]
    in_both = [pair for pair in pairs if all(re.search(rf"\b{w}\b", text, re.IGNORECASE) for w in pair)]
    if not pairs:
        return None
    one, other = generator.choice(in_both or pairs)
    return lambda whole: _replaced(whole, {one: other, other: one})


def _same_form(one: str, other: str) -> bool:
    """Whether two words may be of one kind: neither looks like a verb form that the other is not."""
    endings = ("ly", "ing", "ed")
    return all(one.lower().endswith(e) == other.lower().endswith(e) for e in endings)


def _replaced(text: str, words: dict[str, str], count: int = 0) -> str:
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, words))})\b", re.IGNORECASE)

    def put(match: re.Match[str]) -> str:
        word = words[match.group().lower()]
        return word.capitalize() if match.group()[0].isupper() else word

    return pattern.sub(put, text, count=count)
