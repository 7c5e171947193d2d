import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judges.encoder import WINDOW_TOKENS, Encoder, _windows
from grader.models import resolve
from grader.models.files import DEFAULT_MODEL


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(resolve(DEFAULT_MODEL))


@given(st.integers(0, 5000))
def test_windows_keep_every_token_once_and_in_order(length: int) -> None:
    kept: list[int] = []
    for (start, end), (first, last) in _windows(length):
        assert end - start <= WINDOW_TOKENS
        assert start <= first <= last <= end
        kept += range(first, last)
    assert kept == list(range(length))


def test_a_token_of_a_long_text_has_context_on_both_sides() -> None:
    windows = _windows(1000)
    for (start, end), (first, last) in windows[1:-1]:
        assert first - start >= 16
        assert end - last >= 16


def test_vectors_have_unit_length_and_stand_where_their_words_do(encoder: Encoder) -> None:
    text = "Bagging, the 2nd idea: bootstrap!"
    encoded = encoder.encode(text)
    assert encoded.vectors.shape == (len(encoded.token_ids), 384)
    assert encoded.vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(encoded.vectors, axis=1), 1, atol=1e-5)
    assert np.isclose(np.linalg.norm(encoded.pooled), 1, atol=1e-5)
    assert all(text[start].isalnum() for start in encoded.starts)
    assert list(encoded.starts) == sorted(encoded.starts)


@pytest.mark.parametrize("text", ["", "   ", "!?…", "\n\n"])
def test_a_text_without_words_has_no_vectors(encoder: Encoder, text: str) -> None:
    encoded = encoder.encode(text)
    assert len(encoded.token_ids) == len(encoded.vectors) == 0
    assert not encoded.pooled.any()


def test_texts_that_mean_the_same_are_nearer_than_others(encoder: Encoder) -> None:
    forest, same, other = (
        encoder.encode(text).pooled
        for text in (
            "A random forest averages many decision trees.",
            "It combines the predictions of lots of trees.",
            "The harbour is closed in winter because of ice.",
        )
    )
    assert forest @ same > forest @ other + 0.3


def test_a_text_longer_than_a_window_is_encoded_to_its_end(encoder: Encoder) -> None:
    text = "The trees vote on the class. " * 100 + "Finally the variance falls."
    encoded = encoder.encode(text)
    assert encoded.starts[-1] == text.rindex("falls")


def test_the_first_window_is_encoded_as_the_text_alone_would_be(encoder: Encoder) -> None:
    words = " ".join(["tree"] * WINDOW_TOKENS)
    alone = encoder.encode(words)
    longer = encoder.encode(words + " tree" * 300)
    assert np.array_equal(alone.vectors[:100], longer.vectors[:100])


@given(st.text(max_size=60).filter(lambda text: text.isprintable()))
@settings(max_examples=40, deadline=None)
def test_any_text_is_encoded_and_the_same_each_time(encoder: Encoder, text: str) -> None:
    once, again = encoder.encode(text), encoder.encode(text)
    assert np.isfinite(once.vectors).all()
    assert np.array_equal(once.vectors, again.vectors)
    assert all(0 <= start < max(len(text), 1) for start in once.starts)
