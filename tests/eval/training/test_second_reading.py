from eval.training.second_reading import LETTERS, both_readings, contrast_labels, marked_labels


def test_a_tenth_of_the_contrast_set_was_read_twice() -> None:
    labels = contrast_labels()
    readings = both_readings(labels, "contrast.csv")
    assert len(readings) >= 0.095 * len(labels)
    assert {letter for pair in readings for letter in pair} == set(LETTERS.values())


def test_a_tenth_of_the_marked_answers_was_read_twice() -> None:
    labels = marked_labels()
    readings = both_readings(labels, "marked.csv")
    assert len(readings) >= 0.095 * len(labels)
    assert {letter for pair in readings for letter in pair} == set(LETTERS.values())
