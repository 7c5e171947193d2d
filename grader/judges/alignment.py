"""How well the words of an answer align with the words of a proposition.

Late interaction after Khattab and Zaharia 2020, ColBERT, https://arxiv.org/abs/2004.12832: each
token of the proposition takes its best cosine over the tokens of the answer, and the weighted mean
of these is the alignment. The weights are inverse document frequencies, taken down for what the
question already says (question demotion after Sultan et al. 2016,
https://aclanthology.org/N16-1123), so that restating the question earns nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from grader.judges.encoder import EncodedText, FloatArray, IntegerArray
from grader.passages import Answer, Passage, Sentence

UNRELATED_COSINE = 0.42
"""The median best cosine of a token to a text; a question that reaches no more gives nothing away."""

SAME_COSINE = 0.91
"""A token that the question reaches so closely counts as given away altogether."""

WEIGHT_CEILING = 9.0
"""Inverse document frequencies are cut here, lest a rare word outweigh all the others."""

WEIGHT_FLOOR = 1e-3
"""No token weighs nothing at all, so that a proposition of given-away words still has a mean."""

OWN_COSINE = 0.75
"""A token of the answer that is no nearer to the question is the answer's own."""

REPEATED_COSINE = 0.9
"""A token of the answer so near to one of the question repeats it, and supports nothing."""

EVIDENCE_SHARE = 0.9
"""Clauses that reach so much of their sentence's alignment are quoted instead of the sentence."""

LONGEST_EVIDENCE = 3
"""The most clauses that are quoted of a longer sentence."""

LONG_SENTENCE = 6
"""A sentence of more clauses is never quoted whole."""

FEATURES = ("alignment", "similarity")
"""What is measured of a phrasing and a stretch of the answer: the weighted mean of its tokens' best
cosines, and the cosine of the two centres."""


@dataclass(frozen=True, slots=True)
class PreparedPhrasings:
    """The phrasings of a question's propositions, as arrays over all of their tokens.

    Attributes:
        vectors: shape (tokens, dimensions), all phrasings' token vectors, one after another.
        weights: shape (tokens,), summing to 1 within each phrasing.
        firsts: shape (phrasings,), where each phrasing's tokens start.
        centres: shape (phrasings, dimensions), unit length, the weighted mean of its tokens' vectors.
        spans: by a proposition's position its first phrasing and the one after its last.
        question: shape (question's tokens, dimensions), the question's own token vectors.
    """

    vectors: FloatArray
    weights: FloatArray
    firsts: IntegerArray
    centres: FloatArray
    spans: Mapping[int, tuple[int, int]]
    question: FloatArray


@dataclass(frozen=True, slots=True)
class AlignedAnswer:
    """The alignment of one answer with all phrasings.

    Attributes:
        whole: shape (phrasings, features), of the answer as a whole, see ``FEATURES``.
        by_sentence: shape (phrasings, sentences, features), of each sentence alone.
        by_clause: shape (phrasings, clauses, features), of each clause alone.
        clause_cosines: shape (tokens, clauses), each token's best cosine in each clause.
        sentences: the sentences that hold tokens, in order.
        clause_firsts: for each sentence the position of its first clause, and the end.
    """

    whole: FloatArray
    by_sentence: FloatArray
    by_clause: FloatArray
    clause_cosines: FloatArray
    sentences: tuple[Sentence, ...]
    clause_firsts: tuple[int, ...]


def prepare(
    phrasings: Sequence[Sequence[EncodedText]], question: EncodedText, token_weights: FloatArray
) -> PreparedPhrasings:
    """Prepare a question's propositions for any number of answers.

    Args:
        phrasings: for each proposition its phrasings, encoded; at least one in all.
        question: the question's own words, encoded.
        token_weights: shape (vocabulary,), the inverse document frequency of each word piece.

    Returns:
        The arrays; a phrasing without a letter or digit is left out.
    """
    kept = [(owner, text) for owner, texts in enumerate(phrasings) for text in texts if len(text.token_ids)]
    owners = [owner for owner, _ in kept]
    vectors, weights, centres = [], [], []
    for _, text in kept:
        demotion = _demotion(_best_cosines(text.vectors, question.vectors))
        token_share: FloatArray = _capped_weights(text, token_weights) * (1 - demotion) + WEIGHT_FLOOR
        vectors.append(text.vectors)
        weights.append(token_share / token_share.sum())
        centres.append(_normalised((token_share @ text.vectors).astype(np.float32)))
    return PreparedPhrasings(
        np.concatenate(vectors),
        np.concatenate(weights).astype(np.float32),
        np.array([0, *accumulate(map(len, vectors))][:-1], dtype=np.int64),
        np.stack(centres),
        {owner: (owners.index(owner), owners.index(owner) + owners.count(owner)) for owner in owners},
        question.vectors,
    )


def align(
    prepared: PreparedPhrasings, answer: Answer, encoded: EncodedText, token_weights: FloatArray
) -> AlignedAnswer | None:
    """Align an answer with all phrasings at once.

    Args:
        prepared: the question's propositions.
        answer: the answer, cut into sentences.
        encoded: the answer's view, encoded.
        token_weights: shape (vocabulary,), as in ``prepare``.

    Returns:
        The alignment, or None for an answer without a letter or digit.
    """
    segments = _segments(answer, encoded.starts)
    if not segments.sentences:
        return None
    own = _own_share(prepared, encoded)
    cosines = (prepared.vectors @ encoded.vectors.T) * own
    clause_cosines = np.maximum.reduceat(cosines, segments.clause_tokens, axis=1)
    sentence_cosines = np.maximum.reduceat(clause_cosines, segments.clause_firsts[:-1], axis=1)
    weights = _capped_weights(encoded, token_weights) * own
    weighted = weights[:, np.newaxis] * encoded.vectors
    by_clause = _features(prepared, clause_cosines, weighted, segments.clause_tokens)
    by_sentence = _features(prepared, sentence_cosines, weighted, segments.sentence_tokens)
    whole = by_sentence.max(axis=1)
    whole[:, 0] = np.add.reduceat(prepared.weights * sentence_cosines.max(axis=1), prepared.firsts)
    return AlignedAnswer(
        whole, by_sentence, by_clause, clause_cosines, segments.sentences, segments.clause_firsts
    )


def _features(
    prepared: PreparedPhrasings, best_cosines: FloatArray, weighted: FloatArray, firsts: IntegerArray
) -> FloatArray:
    """The features of each phrasing and segment: shape (phrasings, segments, features)."""
    weights = prepared.weights[:, np.newaxis]
    centres = _normalised(np.add.reduceat(weighted, firsts, axis=0))
    return np.stack(
        (
            np.add.reduceat(weights * best_cosines, prepared.firsts, axis=0),
            prepared.centres @ centres.T,
        ),
        axis=2,
    )


def evidence(prepared: PreparedPhrasings, aligned: AlignedAnswer, phrasing: int, position: int) -> Passage:
    """The words of a sentence that carry its alignment with a phrasing.

    Args:
        prepared: the question's propositions.
        aligned: the answer's alignment with them.
        phrasing: the phrasing's position.
        position: the sentence's position.

    Returns:
        The sentence or, where few of its clauses carry nearly all of its alignment, these alone.
    """
    sentence = aligned.sentences[position]
    first, last = aligned.clause_firsts[position : position + 2]
    start = int(prepared.firsts[phrasing])
    rows = slice(start, int(prepared.firsts[phrasing + 1]) if phrasing + 1 < len(prepared.firsts) else None)
    clauses = aligned.clause_cosines[rows, first:last]
    weights = prepared.weights[rows]
    enough = EVIDENCE_SHARE * float(weights @ clauses.max(axis=1))
    best = (0.0, 0, 0)
    for length in range(1, min(LONGEST_EVIDENCE, last - first) + 1):
        for begin in range(last - first - length + 1):
            alignment = float(weights @ clauses[:, begin : begin + length].max(axis=1))
            best = max(best, (alignment, -begin, length))
        if best[0] >= enough:
            break
    alignment, negative_begin, length = best
    if alignment < enough and len(sentence.clauses) <= LONG_SENTENCE:
        return sentence.passage
    return sentence.between(-negative_begin, -negative_begin + length)


class _Segments(NamedTuple):
    """Where sentences and clauses start among an answer's tokens; those without tokens are left out."""

    sentences: tuple[Sentence, ...]
    sentence_tokens: IntegerArray
    clause_tokens: IntegerArray
    clause_firsts: tuple[int, ...]


def _segments(answer: Answer, token_starts: IntegerArray) -> _Segments:
    sentences: list[Sentence] = []
    sentence_tokens: list[int] = []
    clause_tokens: list[int] = []
    clause_firsts: list[int] = []
    for sentence in answer.sentences:
        bounds = [clause.start for clause in sentence.clauses] + [sentence.passage.end]
        tokens = np.searchsorted(token_starts, bounds).tolist()
        clauses = [i for i in range(len(sentence.clauses)) if tokens[i] < tokens[i + 1]]
        if clauses:
            clause_firsts.append(len(clause_tokens))
            sentence_tokens.append(tokens[clauses[0]])
            clause_tokens += [tokens[i] for i in clauses]
            sentences.append(Sentence(sentence.passage, tuple(sentence.clauses[i] for i in clauses)))
    return _Segments(  # what stands before the first sentence, a list marker, goes with it
        tuple(sentences),
        np.array([0, *sentence_tokens[1:]], dtype=np.int64),
        np.array([0, *clause_tokens[1:]], dtype=np.int64),
        (*clause_firsts, len(clause_tokens)),
    )


def _own_share(prepared: PreparedPhrasings, encoded: EncodedText) -> FloatArray:
    """How far each token of the answer is its own, and not the question's: shape (tokens,), 0 to 1."""
    by_question = _best_cosines(encoded.vectors, prepared.question)
    share: FloatArray = 1 - np.clip((by_question - OWN_COSINE) / (REPEATED_COSINE - OWN_COSINE), 0, 1)
    return share


def _capped_weights(encoded: EncodedText, token_weights: FloatArray) -> FloatArray:
    return np.minimum(token_weights[encoded.token_ids], np.float32(WEIGHT_CEILING))


def _demotion(by_question: FloatArray) -> FloatArray:
    """How far the question gives a token away, 0 to 1, from its best cosine to the question."""
    demotion: FloatArray = np.clip((by_question - UNRELATED_COSINE) / (SAME_COSINE - UNRELATED_COSINE), 0, 1)
    return demotion


def _best_cosines(tokens: FloatArray, others: FloatArray) -> FloatArray:
    if not len(others):
        return np.zeros(len(tokens), dtype=np.float32)
    cosines: FloatArray = (tokens @ others.T).max(axis=1)
    return cosines


def _normalised(vectors: FloatArray) -> FloatArray:
    norms = np.sqrt(np.square(vectors).sum(axis=-1, keepdims=True))
    result: FloatArray = vectors / np.maximum(norms, np.float32(1e-9))
    return result
