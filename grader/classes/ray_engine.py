"""The same grading as a map over Ray Data, for where one machine is not enough."""

import logging
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from grader.classes.batch import Batches, GraderCall, Outcomes
from grader.errors import UserError
from grader.grades import Grade
from grader.grading import Ungraded
from grader.interruption import Stop, never
from grader.results import Outstanding

PAGE = 100_000
"""Answers handed to Ray at a time; more would not fit the memory of the process that hands them out."""

_OUTCOME: TypeAdapter[Grade | Ungraded] = TypeAdapter(Grade | Ungraded)
Columns = dict[str, NDArray[Any]]


class GradeBatch:
    """Grades batches in a worker of Ray, with a judge that is loaded once."""

    def __init__(self, call: GraderCall) -> None:
        self._grader = call.open(threads=1)

    def __call__(self, columns: Columns) -> Columns:
        """Put a column with what came of the answers beside the columns of ``Outstanding``.

        Args:
            columns: arrays of strings, all of one length.
        """
        answers = zip(columns["question"].tolist(), columns["text"].tolist(), strict=True)
        outcomes = [_OUTCOME.dump_json(outcome).decode() for outcome in self._grader.try_many(answers)]
        return {**columns, "outcome": np.array(outcomes, dtype=object)}


def grade_on_ray(
    outstanding: Iterable[Outstanding], call: GraderCall, workers: int, size: int, stop: Stop = never
) -> Batches:
    """Grade answers on the Ray cluster that there is, or on one of this machine.

    Args:
        outstanding: the answers; a bank named by its folder has to be there on every machine.
        call: how a worker makes its grader.
        workers: how many workers.
        size: how many answers to give a worker at a time.
        stop: whether to leave undone what is not finished.

    Yields:
        Answers and what came of them, as the workers finish them.

    Raises:
        UserError: Ray is not installed.
    """
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise UserError("for --engine ray, pip install 'keypoint-grader[ray]'") from error
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing leaves the machine
    begun = not ray.is_initialized()
    if begun:
        ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    try:
        for page in _pages(outstanding):
            rows = ray.data.from_items([answer._asdict() for answer in page], override_num_blocks=2 * workers)
            graded = rows.map_batches(
                GradeBatch,
                fn_constructor_args=(call,),
                batch_size=size,
                compute=ray.data.ActorPoolStrategy(size=workers),
            )
            for columns in graded.iter_batches(batch_size=size):
                yield _read(columns)
                if stop():
                    return
    finally:
        if begun:
            ray.shutdown()


def _pages(outstanding: Iterable[Outstanding]) -> Iterator[list[Outstanding]]:
    remaining = iter(outstanding)
    while page := list(islice(remaining, PAGE)):
        yield page


def _read(columns: Columns) -> tuple[list[Outstanding], Outcomes]:
    rows = zip(*(columns[name].tolist() for name in Outstanding._fields), strict=True)
    outcomes = [_OUTCOME.validate_json(outcome) for outcome in columns["outcome"]]
    return [Outstanding(*row) for row in rows], outcomes
