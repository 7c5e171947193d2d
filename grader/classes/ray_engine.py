"""The same grading as a map over Ray Data, for where one machine is not enough."""

import logging
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from grader.classes.batch import Batches, GraderCall
from grader.errors import UserError
from grader.grades import Grade
from grader.grading import BATCH
from grader.results import Outstanding

PAGE = 100_000
"""Answers handed to Ray at a time; more would not fit the memory of the process that hands them out."""

_GRADE = TypeAdapter(Grade)
Columns = dict[str, NDArray[Any]]


class GradeBatch:
    """Grades batches in a worker of Ray, with a judge that is loaded once."""

    def __init__(self, call: GraderCall) -> None:
        self._grader = call.open(threads=1)

    def __call__(self, columns: Columns) -> Columns:
        """Put a column with the grades beside the columns of ``Outstanding``.

        Args:
            columns: arrays of strings, all of one length.
        """
        answers = zip(columns["question"].tolist(), columns["text"].tolist(), strict=True)
        grades = [_GRADE.dump_json(grade).decode() for grade in self._grader.grade_many(answers)]
        return {**columns, "grade": np.array(grades, dtype=object)}


def grade_on_ray(outstanding: Iterable[Outstanding], call: GraderCall, workers: int) -> Batches:
    """Grade answers on the Ray cluster that there is, or on one of this machine.

    Args:
        outstanding: the answers; a bank named by its folder has to be there on every machine.
        call: how a worker makes its grader.
        workers: how many workers.

    Yields:
        Answers and their grades, as the workers finish them.

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
                batch_size=BATCH,
                compute=ray.data.ActorPoolStrategy(size=workers),
            )
            for columns in graded.iter_batches(batch_size=BATCH):
                yield _read(columns)
    finally:
        if begun:
            ray.shutdown()


def _pages(outstanding: Iterable[Outstanding]) -> Iterator[list[Outstanding]]:
    remaining = iter(outstanding)
    while page := list(islice(remaining, PAGE)):
        yield page


def _read(columns: Columns) -> tuple[list[Outstanding], list[Grade]]:
    rows = zip(*(columns[name].tolist() for name in Outstanding._fields), strict=True)
    return [Outstanding(*row) for row in rows], [_GRADE.validate_json(grade) for grade in columns["grade"]]
