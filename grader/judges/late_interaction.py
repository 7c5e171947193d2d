"""The bundled judge: late interaction over one encoding of the answer, then a reader, calibrated."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from grader.bank import Question
from grader.judges.alignment import AlignedAnswer, PreparedPhrasings, align, evidence, prepare
from grader.judges.calibration import DIGITS, Calibration, Support, log_odds
from grader.judges.encoder import EncodedText, Encoder, FloatArray, Window
from grader.judges.protocol import Finding, Judgement, Task, Thresholds
from grader.judges.reader import Reader, Reading
from grader.judges.stance import stated
from grader.judges.vector_cache import VectorCache, cache_folder
from grader.models import ModelFiles
from grader.passages import Passage, Sentence

PREPARED_QUESTIONS = 64
"""Questions kept in memory, about half a megabyte each."""

ANSWERS_AT_A_TIME = 64

LAST_ANSWERS = 8
"""Encoded answers kept in memory, for a text that is held against one rubric after the other."""

SIMILARITY_DIGITS = 4

NEIGHBOURS = 6
"""Sentences on either side of the best aligned one that are read with it."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class PreparedQuestion(NamedTuple):
    """What is computed of a question once for all answers.

    Attributes:
        phrasings: its propositions, to be aligned with.
        states: for each phrasing what the reader is given of it.
        reference_answer: the reference answer, encoded.
    """

    phrasings: PreparedPhrasings
    states: tuple[FloatArray, ...]
    reference_answer: EncodedText


class Alignment(NamedTuple):
    """An answer's alignment with its question's propositions.

    Attributes:
        prepared: the question.
        aligned: the answer's alignment with it; None for an answer without a letter or digit.
        windows: the answer, as the reader is given it.
        similarity: cosine between answer and reference answer.
    """

    prepared: PreparedQuestion
    aligned: AlignedAnswer | None
    windows: tuple[Window, ...]
    similarity: float


class Match(NamedTuple):
    """Where an answer's words match a proposition best, and how well.

    Attributes:
        own_words: the phrasing that is the proposition itself.
        phrasing: which phrasing of it is best supported.
        sentence: which sentence supports that phrasing best.
        support: its support by alignment, in log-odds.
        lost: by how much a rival is ahead.
    """

    own_words: int
    phrasing: int
    sentence: int
    support: float
    lost: float


class Located(NamedTuple):
    """Where an answer comes nearest to each proposition, whatever comes of it.

    Attributes:
        evidence: for each of ``question.propositions`` the passage; None where there is none.
        similarity: cosine between answer and reference answer.
    """

    evidence: tuple[Passage | None, ...]
    similarity: float


class LateInteractionJudge:
    """Aligns the words of an answer with the words of each proposition, and reads where they meet.

    The answer is encoded once, whatever the number of propositions; these come from a cache on
    disk. Only what aligns well enough to earn credit is read. Answers of one call are spread over
    threads, each encoded by itself, so that a judgement depends neither on its neighbours nor on
    the number of threads.
    """

    def __init__(self, files: ModelFiles, threads: int | None = None) -> None:
        """Make a judge; nothing is loaded before the first answer.

        Args:
            files: the model: encoder, reader, token weights and calibration.
            threads: how many answers are judged at a time; as many as processors if not given.
        """
        self.files = files
        self._encoder = Encoder(files)
        self._reader = Reader(files)
        self._cache = VectorCache(self._encoder, cache_folder())
        self._threads = threads or os.cpu_count() or 1
        self._prepared = lru_cache(maxsize=PREPARED_QUESTIONS)(self._prepare)
        self._encode = lru_cache(maxsize=LAST_ANSWERS)(self._encoder.encode)

    @property
    def name(self) -> str:
        """The model's name."""
        return self.files.manifest.name

    @property
    def version(self) -> str:
        """The model's version, and a digest of its files, so that no other file passes for it."""
        return f"{self.files.manifest.version}-{self.files.digest()}"

    @property
    def thresholds(self) -> Thresholds:
        """Where the probabilities become verdicts, from the calibration file."""
        return self.calibration.thresholds

    @property
    def batch(self) -> int:
        """So many that all threads have work; see ``Judge.batch``."""
        return ANSWERS_AT_A_TIME

    def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
        """Judge a batch of answers; see ``Judge.judge``."""
        self._prepare_all(tasks)
        return self.in_parallel(lambda task: self._judgement(task.question, self._align(task)), tasks)

    def align(self, tasks: Sequence[Task]) -> list[Alignment]:
        """The alignments that the judgements rest on, for fitting and measuring."""
        self._prepare_all(tasks)
        return self.in_parallel(self._align, tasks)

    def locate(self, task: Task) -> Located:
        """The passage nearest to each proposition, for judges that give no evidence themselves.

        Args:
            task: an answer and its question.
        """
        (alignment,) = self.align([task])
        aligned, phrasings = alignment.aligned, alignment.prepared.phrasings
        count = len(task.question.propositions)
        if aligned is None:
            return Located((None,) * count, 0.0)
        found = best_matches(alignment, self.calibration.support, len(task.question.key_points))
        passages = {i: evidence(phrasings, aligned, m.phrasing, m.sentence) for i, m in found.items()}
        return Located(tuple(map(passages.get, range(count))), alignment.similarity)

    def _prepare_all(self, tasks: Sequence[Task]) -> None:
        for task in tasks:
            self._prepared(task.question)

    def in_parallel(self, work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Do the same with each of many items, on the judge's threads; results in order."""
        # Matrix products on one thread each: several would only fight over the processors that the
        # items are already spread over, and could round differently.
        with self._linear_algebra.limit(limits=1, user_api="blas"):
            if len(items) < 2 or self._threads == 1:
                return [work(item) for item in items]
            with ThreadPoolExecutor(self._threads) as pool:
                return list(pool.map(work, items))

    @cached_property
    def _linear_algebra(self) -> ThreadpoolController:
        return ThreadpoolController()

    @cached_property
    def calibration(self) -> Calibration:
        """The fitted numbers that verdicts rest on."""
        return Calibration.model_validate_json(self.files.checked("calibration.json").read_bytes())

    @cached_property
    def _token_weights(self) -> FloatArray:
        weights: FloatArray = np.load(self.files.checked("token_weights.npy")).astype(np.float32)
        return weights

    def _prepare(self, question: Question) -> PreparedQuestion:
        phrasings = [list(map(self._cache.encode, p.phrasings)) for p in question.propositions]
        asked = self._cache.encode(question.question)
        states = tuple(
            self._cache.lower_states(text, question.question)
            for proposition, encoded in zip(question.propositions, phrasings, strict=True)
            for text, vectors in zip(proposition.phrasings, encoded, strict=True)
            if len(vectors.token_ids)
        )
        reference_answer = self._cache.encode(question.reference_answer)
        return PreparedQuestion(prepare(phrasings, asked, self._token_weights), states, reference_answer)

    def _align(self, task: Task) -> Alignment:
        prepared = self._prepared(task.question)
        answer = stated(task.answer)
        encoded = self._encode(answer.view)
        similarity = round(float(encoded.pooled @ prepared.reference_answer.pooled), SIMILARITY_DIGITS)
        aligned = align(prepared.phrasings, answer, encoded, self._token_weights)
        return Alignment(prepared, aligned, encoded.windows, similarity)

    def _judgement(self, question: Question, alignment: Alignment) -> Judgement:
        if alignment.aligned is None:
            return Judgement(tuple(Finding(0.0, None) for _ in question.propositions), 0.0)
        found = best_matches(alignment, self.calibration.support, len(question.key_points))
        worth = {i: m for i, m in found.items() if m.support >= self.calibration.read_from}
        readings = self.read(alignment, worth)
        findings = tuple(
            self._finding(alignment, found.get(i), readings.get(i), i < len(question.key_points))
            for i in range(len(question.propositions))
        )
        return Judgement(findings, alignment.similarity)

    def read(self, alignment: Alignment, found: Mapping[int, Match]) -> dict[int, Reading]:
        """Read an answer for what it says of some propositions.

        A proposition is read in its own words and, where an example aligns better, in that one's.

        Args:
            alignment: the answer's.
            found: where it matches them, by their positions.

        Returns:
            Of each the reading that supports it most, with the contradiction of its own words.
        """
        assert alignment.aligned is not None
        sentences = alignment.aligned.sentences
        jobs: dict[int, list[tuple[int, int]]] = {}
        for position, match in found.items():
            start = sentences[match.sentence].passage.start
            window = sum(w.end < start for w in alignment.windows[:-1])
            jobs.setdefault(window, []).extend(
                (position, i) for i in sorted({match.own_words, match.phrasing})
            )
        readings: dict[int, Reading] = {}
        for window, asked in jobs.items():
            states = [alignment.prepared.states[phrasing] for _, phrasing in asked]
            stretches = [around(sentences, found[position].sentence) for position, _ in asked]
            read = self._reader.read(states, stretches, alignment.windows[window])
            for (position, _), reading in zip(asked, read, strict=True):
                before = readings.get(position, reading)
                readings[position] = Reading(max(before.supported, reading.supported), before.contradicted)
        return readings

    def _finding(
        self, alignment: Alignment, found: Match | None, reading: Reading | None, is_key_point: bool
    ) -> Finding:
        if found is None or alignment.aligned is None:  # a proposition without a letter or digit
            return Finding(0.0, None)
        calibration = self.calibration
        competition = calibration.misconception
        if is_key_point:
            is_long = len(alignment.prepared.states[found.own_words]) > calibration.long_from
            competition = calibration.long_key_point if is_long else calibration.key_point
        read = calibration.unread if reading is None else log_odds(reading.supported)
        probability = competition.probability(found.support, found.lost, read)
        contradiction = round(reading.contradicted, DIGITS) if reading and is_key_point else 0.0
        enough = calibration.partial if is_key_point else calibration.asserted
        if probability < enough and contradiction < calibration.contradicted:
            return Finding(probability, None, contradiction)
        passage = evidence(alignment.prepared.phrasings, alignment.aligned, found.phrasing, found.sentence)
        return Finding(probability, passage, contradiction)


def around(sentences: Sequence[Sentence], position: int) -> tuple[int, int]:
    """From where to where a key point is read: the best aligned sentence and its neighbours."""
    first = sentences[max(0, position - NEIGHBOURS)]
    last = sentences[min(len(sentences) - 1, position + NEIGHBOURS)]
    return first.passage.start, last.passage.end


def best_matches(alignment: Alignment, support: Support, key_points: int) -> dict[int, Match]:
    """Where the answer matches each proposition best, by alignment alone.

    Args:
        alignment: the answer's; it has words.
        support: features into log-odds.
        key_points: how many of the propositions, the first ones, are key points.

    Returns:
        By the proposition's position; one without a letter or digit is left out.
    """
    aligned, phrasings = alignment.aligned, alignment.prepared.phrasings
    assert aligned is not None
    whole = support.of(aligned.whole)
    by_sentence = support.of(aligned.by_sentence)
    lost = lost_to_rivals(phrasings, support.of(aligned.by_clause), key_points)
    found = {}
    for position, (first, end) in phrasings.spans.items():
        best = first + int(whole[first:end].argmax())
        sentence = int(by_sentence[best].argmax())
        found[position] = Match(first, best, sentence, float(whole[best]), lost[position])
    return found


def lost_to_rivals(
    prepared: PreparedPhrasings, by_clause: NDArray[np.float64], key_points: int
) -> dict[int, float]:
    """By how much each proposition's best clause supports another key point better.

    Args:
        prepared: the question's propositions.
        by_clause: shape (phrasings, clauses), the support of each clause alone, in log-odds.
        key_points: how many of the propositions, the first ones, are key points.

    Returns:
        By the proposition's position how far the strongest rival is ahead; 0 if none is.
    """
    positions = list(prepared.spans)
    firsts = [first for first, _ in prepared.spans.values()]
    supports = np.maximum.reduceat(by_clause, firsts, axis=0)  # (propositions, clauses)
    rows = np.arange(len(positions))
    best = supports.argmax(axis=1)
    against = supports[:, best]  # what each best clause (a column) lends to each proposition
    own = against[rows, rows].copy()
    against[rows, rows] = -np.inf
    against[np.array(positions) >= key_points] = -np.inf  # a misconception is nobody's rival
    lead = np.maximum(against.max(axis=0) - own, 0.0)
    return dict(zip(positions, lead.tolist(), strict=True))
