"""A text's propositions: sentences that say something and stand alone, as near as rules can come to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.authoring.grammar import Subject, begins_with_subject, has_verb, may_have_verb, subject_of
from grader.authoring.proposition_ids import content_words, words
from grader.passages import Answer, Sentence

FEWEST_CONTENT_WORDS = 3
"""A sentence with fewer words that carry meaning says too little to be checked."""

FULL_CLAUSE = 4
"""A clause with so many words that carry meaning can stand as a statement of its own."""

LONG_SENTENCE = 16
"""Words above which a sentence of two statements is cut in two."""

LONG_PROPOSITION = 28
"""Words above which a proposition is probably two."""

_OPENING = re.compile(
    r"(?:(?:and|but|so(?!\s(?:that|much|many|far|long|few|little)\b)|yet|also|again|still|then|next|thus|hence"
    r"|therefore|consequently|accordingly|however|nevertheless|nonetheless|moreover|furthermore|besides"
    r"|additionally|alternatively|conversely|instead|likewise|similarly|meanwhile|finally|lastly|first|firstly"
    r"|second|secondly|third|thirdly|afterwards|later|overall|technically|strictly|basically|essentially"
    r"|clearly|obviously|naturally|indeed|actually|yes|no|well|here)(?:\s*,\s*|\s+)"
    r"|(?:in (?:addition|contrast|fact|short|other words|summary|conclusion|turn|practice|principle"
    r"|my view|my opinion)|as (?:a result|a consequence|i said|noted)|for (?:this|that) reason|of course"
    r"|on the (?:other|one) hand|to (?:begin|start) with|to sum up|after (?:this|that)|from (?:then|there) on"
    r"|because of (?:this|that)|at the same time|above all|that is|i think|i believe)\s*,\s*)",
    re.IGNORECASE,
)
# These open a sentence only before a comma or a subject: "Then I clean", but "Later layers assemble".
_NEEDS_SUBJECT = frozenset(
    "no well here first second third later next still again overall yet instead besides also".split()
)
_SUBJECT = re.compile(r"(?:i|we|you|it|they|the|an?|this|these|each|every|one)\b", re.IGNORECASE)
_INNER = re.compile(
    r",\s(?:however|therefore|moreover|in contrast|in turn|of course|on the other hand|too)(?=[,.]),?"
    r"|(?<![,;])(?<!but)\s(?:therefore|thus|hence|moreover|furthermore|also)(?=\s\w)",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"(?:for (?:example|instance)|e\.g\.|suppose|imagine|picture|think of|consider|say,|let's say"
    r"|take the case|as an example|an example|perhaps like this|it is like|it's like|to illustrate"
    r"|(?:\w+\s){1,4}\w+, for (?:example|instance),)",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"(?:let me|let us|i will (?:now |first )?(?:explain|describe|discuss|talk)|in this (?:answer|essay)"
    r"|this (?:answer|essay)|to (?:summarise|summarize|conclude)|in (?:summary|conclusion)|as (?:i|we) said"
    r"|there (?:is|are) (?:\w+ ){0,3}(?:price|cost|catch|caveats?|ways|families|recipes|routes"
    r"|kinds|types))\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:it|they|them|this|that|these|those|its|their|such|he|she|his|her|the former|the latter|the same"
    r"|the (?:first|second|third|other) (?:one|two)|both of them|neither of them)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(it|they)\s+(?=\w)", re.IGNORECASE)
_NO_THING = re.compile(  # "it" that stands for no thing, but for what follows or for a whole sentence
    r"it\s+(?:\w+ly\s+|also\s+|then\s+)*(?:mean[st]|follow(?:s|ed)|seem(?:s|ed)|appear(?:s|ed)|pays|paid|takes"
    r"|took|turn(?:s|ed) out|ma(?:kes|de) sense|help(?:s|ed)|show(?:s|ed)|taught|happen(?:s|ed)"
    r"|(?:is|was|can be|may be|would be)\s+(?:\w+ly\s+|not\s+)?"
    r"(?:\w+\s+(?:to|that|for|whether|how)\b|why|because|what|this|that|here|when))",
    re.IGNORECASE,
)
_THIS_TIME = re.compile(r"this (?:year|month|week|time|spring|summer|autumn|winter|day|way)\b", re.IGNORECASE)
_SECOND_CLAUSE = re.compile(r"\A(?:and|but|whereas|while)\s+", re.IGNORECASE)

_FENCE = re.compile(r"^[ \t]*(```|~~~).*?^[ \t]*\1[^\n]*$", re.MULTILINE | re.DOTALL)
_HEADING_OR_TABLE = re.compile(r"^[ \t]*(?:#{1,6}[ \t].*|\|.*\|[ \t]*|[-=*_][-=*_ \t|:]{2,})$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_CODE = re.compile(r"(`+)(.+?)\1")
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposition found in a text.

    Attributes:
        text: a sentence with a capital letter and a full stop.
        notes: what a person should look at before using it, a sentence each.
    """

    text: str
    notes: tuple[str, ...] = ()


def propositions(text: str) -> tuple[Candidate, ...]:
    """Find the propositions of a text.

    Sentences are cut where two statements meet; connectives are trimmed; questions, examples, headings,
    code and sentences that say next to nothing are left out. "It" or "they" at the start is replaced by
    the subject of what stands before in the paragraph where that is plain, and noted either way. The
    rules are ours, made for English prose, and err on the side of keeping a sentence as it is.

    Args:
        text: prose, plain or Markdown.

    Returns:
        In the order of the text.
    """
    found = []
    for paragraph in re.split(r"\n[ \t]*\n", _prose(text)):
        subject: Subject | None = None
        for sentence in Answer.of(paragraph).sentences:
            for part in map(_trimmed, _statements(sentence)):
                resolved, notes = _resolved(part, subject)
                if _says_something(resolved):
                    found.append(_candidate(resolved, notes))
                if not _EXAMPLE.match(part):
                    subject = subject_of(resolved)
    return tuple(found)


def _prose(text: str) -> str:
    """Markdown without what is no prose: headings, tables, code, marks of emphasis and links."""
    text = _HEADING_OR_TABLE.sub("", _FENCE.sub("", text.replace("\r\n", "\n")))
    text = _CODE.sub(r"\2", _LINK.sub(r"\1", text))
    return _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text))


def _statements(sentence: Sentence) -> Iterator[str]:
    """The sentence, cut where two full statements meet; what is only asked is left out."""
    whole, clauses = sentence.passage, sentence.clauses
    length = len(words(whole.text))
    asks = whole.text.rstrip("\"'”’) ").endswith("?")
    first = 0
    for position in range(1, len(clauses)):
        gap = whole.text[clauses[position - 1].end - whole.start : clauses[position].start - whole.start]
        head = sentence.between(first, position).text
        tail = sentence.between(position, len(clauses)).text
        if ":" in gap and asks:
            yield _SECOND_CLAUSE.sub("", head) if first else head
            return
        if _is_cut(gap, head, tail, length):
            yield _SECOND_CLAUSE.sub("", head) if first else head
            first = position
    if not asks:
        rest = sentence.between(first, len(clauses)).text
        yield _SECOND_CLAUSE.sub("", rest) if first else rest


def _is_cut(gap: str, head: str, tail: str, length: int) -> bool:
    if ";" in gap:
        return _is_full(head) and _is_full(tail) and may_have_verb(tail)
    if ":" in gap:  # "There is a price: …"
        return len(content_words(head)) <= 1 and _is_full(tail)
    connective = _SECOND_CLAUSE.match(tail)
    if "," not in gap or connective is None or length <= LONG_SENTENCE:
        return False
    # "…, and each …" is a second statement only where a subject and a verb follow at once.
    rest = tail[connective.end() :]
    return _is_full(head) and has_verb(head) and _is_full(rest) and begins_with_subject(rest)


def _is_full(text: str) -> bool:
    return len(content_words(text)) >= FULL_CLAUSE


def _trimmed(text: str) -> str:
    """Without connectives at the start, loose ones inside, and quotation marks around it all."""
    text = " ".join(text.split()).strip('"“”„» ')
    while (match := _OPENING.match(text)) and _may_drop(match.group(), text[match.end() :]):
        text = text[match.end() :]
    text = _INNER.sub("", text)
    if text.count("(") != text.count(")"):  # a clause was cut at a parenthesis
        text = text.replace("(", "").replace(")", "")
    return text.strip(" ,;:–—-")


def _may_drop(opening: str, rest: str) -> bool:
    if opening.rstrip().endswith(",") or opening.strip().lower() not in _NEEDS_SUBJECT:
        return bool(rest)
    return _SUBJECT.match(rest) is not None


def _resolved(text: str, subject: Subject | None) -> tuple[str, tuple[str, ...]]:
    """The text with its pronoun at the start made plain, and a note on what was or could not be done."""
    match = _PRONOUN.match(text)
    if match and subject and not _NO_THING.match(text):
        pronoun = match.group(1).capitalize()
        if subject.plural is (pronoun == "They"):
            note = f"“{pronoun}” is taken to be “{subject.text}”; check that it is."
            return f"{subject.text} {text[match.end() :]}", (note,)
    pointing = _POINTING.search(" ".join(text.split()[:4]))
    if pointing is None or _THIS_TIME.match(text) or not _is_dangling(text[: pointing.start()]):
        return text, ()
    return text, (f"Say what “{pointing.group().lower()}” is.",)


def _is_dangling(before: str) -> bool:
    """Whether nothing before a pronoun can be what it stands for."""
    found = content_words(before)
    return not found or (len(found) == 1 and before.strip().lower().endswith("ing"))


def _says_something(text: str) -> bool:
    enough = len(content_words(text)) >= FEWEST_CONTENT_WORDS
    return enough and not _EXAMPLE.match(text) and not _TALK.match(text)


def _candidate(text: str, notes: tuple[str, ...]) -> Candidate:
    if len(words(text)) > LONG_PROPOSITION:
        notes = (*notes, "Long: is it two propositions?")
    return Candidate(_as_sentence(text), notes)


def _as_sentence(text: str) -> str:
    text = _capital(text)
    return text if text.endswith((".", "!", "…")) else text.rstrip('"”’') + "."


def _capital(text: str) -> str:
    """With a capital at the start, unless the first word is written like ``k-means`` or ``iOS``."""
    word = text.split(" ", 1)[0]
    if re.match(r"[a-z]-", word) or any(character.isupper() for character in word[1:]):
        return text
    return text[:1].upper() + text[1:]
