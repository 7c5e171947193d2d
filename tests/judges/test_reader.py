import numpy as np
import pytest

from grader.judges.encoder import Encoder, FloatArray, Window
from grader.judges.reader import Reader
from grader.models import resolve
from grader.models.files import DEFAULT_MODEL

QUESTION = "What does an index do to a database?"
SLOWER = "An index makes reading faster."
OTHER = "A backup should be kept in another building."
ANSWER = "With an index the rows are found faster, so reading takes less time. Cats sleep all day."
EVERYWHERE = (0, len(ANSWER))


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(resolve(DEFAULT_MODEL))


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(resolve(DEFAULT_MODEL))


@pytest.fixture(scope="module")
def window(encoder: Encoder) -> Window:
    (window,) = encoder.encode(ANSWER).windows
    return window


def states(encoder: Encoder, *texts: str) -> list[FloatArray]:
    return [encoder.lower_states(text, QUESTION) for text in texts]


def test_what_is_said_is_likelier_than_what_is_not(encoder: Encoder, reader: Reader, window: Window) -> None:
    said, unsaid = reader.read(states(encoder, SLOWER, OTHER), [EVERYWHERE] * 2, window)
    assert said.supported > 0.5 > unsaid.supported
    for reading in (said, unsaid):
        assert 0 <= reading.supported + reading.contradicted <= 1


def test_key_points_do_not_see_each_other(encoder: Encoder, reader: Reader, window: Window) -> None:
    (alone,) = reader.read(states(encoder, SLOWER), [EVERYWHERE], window)
    together = reader.read(states(encoder, OTHER, SLOWER, OTHER), [EVERYWHERE] * 3, window)
    assert together[1].supported == pytest.approx(alone.supported, abs=1e-5)
    assert together[0].supported == pytest.approx(together[2].supported, abs=1e-5)
    assert together[0].supported != pytest.approx(together[1].supported, abs=0.1)


def test_what_stands_outside_the_stretch_is_not_seen(
    encoder: Encoder, reader: Reader, window: Window
) -> None:
    cats = (ANSWER.index("Cats"), len(ANSWER))
    whole, elsewhere = reader.read(states(encoder, SLOWER, SLOWER), [EVERYWHERE, cats], window)
    assert elsewhere.supported < whole.supported


def test_a_long_proposition_and_question_are_cut_off(encoder: Encoder) -> None:
    assert len(encoder.lower_states("word " * 500, "why " * 500)) == 162
    assert len(encoder.lower_states("one two", "why")) == 4


def test_the_question_changes_how_a_proposition_is_read(encoder: Encoder) -> None:
    bare, asked = encoder.lower_states(SLOWER, ""), encoder.lower_states(SLOWER, QUESTION)
    assert bare.shape == asked.shape
    assert not np.allclose(bare, asked, atol=1e-3)
