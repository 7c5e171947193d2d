"""Keep what heavy libraries say about themselves off the terminal, while a model is loaded."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO


@contextmanager
def quietly() -> Iterator[None]:
    """Neither progress bars nor warnings of transformers and what is built on it; errors are raised as ever.

    Raises:
        ImportError: transformers is not installed.
    """
    from transformers.utils import logging as transformers_logging

    level = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity(logging.ERROR)
    try:
        with redirect_stderr(StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        transformers_logging.set_verbosity(level)
