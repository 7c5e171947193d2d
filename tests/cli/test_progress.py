import io

import pytest

from grader.cli.progress import pace, progress


def test_elsewhere_than_on_a_terminal_plain_lines_count_right() -> None:
    stream = io.StringIO()
    with progress(130, "answers graded", stream) as done:
        for more in (64, 64, 2):
            done(more)
    (line,) = stream.getvalue().splitlines()
    assert line.startswith("answers graded: 130 of 130, ")
    assert line.endswith("0 s left")


def test_with_nothing_to_do_nothing_is_shown() -> None:
    stream = io.StringIO()
    with progress(0, "answers graded", stream):
        pass
    assert stream.getvalue() == ""


def test_a_terminal_gets_a_bar_with_the_count() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with progress(130, "answers graded", stream) as done:
        done(130)
    assert "130/130" in stream.getvalue()


@pytest.mark.parametrize(
    ("rate", "said"), [(87.3, "87 a second"), (1.0, "1 a second"), (0.05, "20.0 s each"), (0.9, "1.1 s each")]
)
def test_a_slow_run_says_how_long_each_takes(rate: float, said: str) -> None:
    assert pace(rate) == said
