import pytest

from grader.quality.figure_text import subject, written, written_measure, written_threshold
from grader.quality.measures import Group
from tests.quality.handmade import measure


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.8, "0.800"),
        (1.0, "1.000"),
        (0.0, "0.000"),
        (-0.00001, "0.000"),
        (-0.25, "−0.250"),
        (1234.0, "1,234"),
        (12.5, "12.500"),
    ],
)
def test_figures_have_three_decimals_and_counts_none(value: float, text: str) -> None:
    assert written(value) == text


def test_thresholds_are_written_as_their_author_did() -> None:
    assert [written_threshold(value) for value in (0.8, 0.05, 1.0, 0.0, -0.2)] == [
        "0.8",
        "0.05",
        "1",
        "0",
        "−0.2",
    ]


def test_a_figure_is_told_with_its_interval_and_what_it_rests_on() -> None:
    assert (
        written_measure(measure(0.5, within=(0.1, 0.9), n=1944)) == "0.500 (0.100 to 0.900, 1,944 judgements)"
    )
    assert written_measure(measure(0.5)) == "0.500 (40 judgements)"
    assert written_measure(measure(0.5, n=1, unit="key points")) == "0.500 (1 key point)"
    assert written_measure(measure(0.5, n=1, unit="pairs of key points")) == "0.500 (1 pairs of key points)"


def test_what_a_figure_is_of_is_named() -> None:
    assert subject("f1", Group.ALL) == "f1"
    assert subject("f1", Group.FITTING) == "f1 of the fitting half"
    assert subject("f1", Group.ALL, "pca") == "f1 of pca"
    assert subject("f1", Group.ALL, "pca", "axes") == "f1 of pca, axes"
