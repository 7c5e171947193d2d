"""The bundled judge: late interaction over one encoding of the answer, calibrated."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from grader.bank import Question
from grader.judges.alignment import AlignedAnswer, PreparedPhrasings, align, evidence, prepare
from grader.judges.calibration import Calibration
from grader.judges.encoder import EncodedText, Encoder, FloatArray
from grader.judges.protocol import Finding, Judgement, Task, Thresholds
from grader.judges.vector_cache import VectorCache, cache_folder
from grader.models import ModelFiles

PREPARED_QUESTIONS = 64
"""Questions kept in memory, about half a megabyte each."""


SIMILARITY_DIGITS = 4

Result = TypeVar("Result")


class Alignment(NamedTuple):
    """An answer's alignment with its question's propositions.

    Attributes:
        prepared: the propositions.
        aligned: the answer's alignment with them; None for an answer without a letter or digit.
        similarity: cosine between answer and reference answer.
    """

    prepared: PreparedPhrasings
    aligned: AlignedAnswer | None
    similarity: float


class LateInteractionJudge:
    """Aligns the words of an answer with the words of each proposition.

    The answer is encoded once, whatever the number of propositions; these come from a cache on
    disk. Answers of one call are spread over threads, each encoded by itself, so that a judgement
    depends neither on its neighbours nor on the number of threads.
    """

    def __init__(self, files: ModelFiles, threads: int | None = None) -> None:
        """Make a judge; nothing is loaded before the first answer.

        Args:
            files: the model, with ``token_weights.npy`` and ``calibration.json``.
            threads: how many answers are judged at a time; as many as processors if not given.
        """
        self._files = files
        self._encoder = Encoder(files)
        self._cache = VectorCache(self._encoder, cache_folder())
        self._threads = threads or os.cpu_count() or 1
        self._prepared = lru_cache(maxsize=PREPARED_QUESTIONS)(self._prepare)

    @property
    def name(self) -> str:
        """The model's name."""
        return self._files.manifest.name

    @property
    def version(self) -> str:
        """The model's version, and a digest of its files, so that no other file passes for it."""
        return f"{self._files.manifest.version}-{self._files.digest()}"

    @property
    def thresholds(self) -> Thresholds:
        """Where the probabilities become verdicts, from the calibration file."""
        return self._calibration.thresholds

    def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
        """Judge a batch of answers; see ``Judge.judge``."""
        return self._in_parallel(lambda task: self._judgement(task.question, self._align(task)), tasks)

    def align(self, tasks: Sequence[Task]) -> list[Alignment]:
        """The alignments that the judgements rest on, for fitting and measuring."""
        return self._in_parallel(self._align, tasks)

    def _in_parallel(self, work: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
        # Matrix products on one thread each: several would only fight over the processors that the
        # answers are already spread over, and could round differently.
        with self._linear_algebra.limit(limits=1, user_api="blas"):
            for task in tasks:
                self._prepared(task.question)
            if len(tasks) < 2 or self._threads == 1:
                return [work(task) for task in tasks]
            with ThreadPoolExecutor(self._threads) as pool:
                return list(pool.map(work, tasks))

    @cached_property
    def _linear_algebra(self) -> ThreadpoolController:
        return ThreadpoolController()

    @cached_property
    def _calibration(self) -> Calibration:
        return Calibration.model_validate_json(self._files.checked("calibration.json").read_bytes())

    @cached_property
    def _token_weights(self) -> FloatArray:
        weights: FloatArray = np.load(self._files.checked("token_weights.npy")).astype(np.float32)
        return weights

    def _prepare(self, question: Question) -> tuple[PreparedPhrasings, EncodedText]:
        phrasings = [list(map(self._cache.encode, p.phrasings)) for p in question.propositions]
        asked = self._cache.encode(question.question)
        reference_answer = self._cache.encode(question.reference_answer)
        return prepare(phrasings, asked, self._token_weights), reference_answer

    def _align(self, task: Task) -> Alignment:
        prepared, reference_answer = self._prepared(task.question)
        encoded = self._encoder.encode(task.answer.view)
        similarity = round(float(encoded.pooled @ reference_answer.pooled), SIMILARITY_DIGITS)
        return Alignment(prepared, align(prepared, task.answer, encoded, self._token_weights), similarity)

    def _judgement(self, question: Question, alignment: Alignment) -> Judgement:
        if alignment.aligned is None:
            return Judgement(tuple(Finding(0.0, None) for _ in question.propositions), 0.0)
        findings = self._findings(question, alignment.prepared, alignment.aligned)
        return Judgement(tuple(findings), alignment.similarity)

    def _findings(
        self, question: Question, prepared: PreparedPhrasings, aligned: AlignedAnswer
    ) -> Iterator[Finding]:
        calibration = self._calibration
        support = calibration.support.of(aligned.whole)
        by_sentence = calibration.support.of(aligned.by_sentence)
        by_clause = calibration.support.of(aligned.by_clause)
        lost = lost_to_rivals(prepared, by_clause, len(question.key_points))
        spans = prepared.spans
        for position in range(len(question.propositions)):
            if position not in spans:  # a proposition without a letter or digit
                yield Finding(0.0, None)
                continue
            first, end = spans[position]
            best = first + int(support[first:end].argmax())
            is_key_point = position < len(question.key_points)
            competition = calibration.key_point if is_key_point else calibration.misconception
            probability = competition.probability(float(support[best]), lost[position])
            if probability < (calibration.partial if is_key_point else calibration.asserted):
                yield Finding(probability, None)
            else:
                sentence = int(by_sentence[best].argmax())
                yield Finding(probability, evidence(prepared, aligned, best, sentence))


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
