from eval.training.contrast_set import labelled_texts, load_contrast_set
from eval.training.second_reading import LETTERS, both_readings


def test_a_tenth_of_the_pairs_was_read_twice() -> None:
    readings = both_readings()
    pairs = sum(1 for field in load_contrast_set() for _ in labelled_texts(field))
    assert len(readings) >= 0.095 * pairs
    assert {letter for pair in readings for letter in pair} == set(LETTERS.values())
