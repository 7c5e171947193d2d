import random

import pytest

from grader.classes.similar_answers import MOST_ANSWERS, SimilarAnswers, find_similar

WORDS = [f"word{number}" for number in range(3000)]
TIDES = (
    "The moon pulls the water of the sea towards it, and because the earth turns below, every place "
    "comes past two heaps of water in about a day, which is why there are two tides."
)


def answer(seed: int, words: int = 60) -> str:
    return " ".join(random.Random(seed).sample(WORDS, words))


def varied(text: str, seed: int, changes: int) -> str:
    words = text.split()
    chosen = random.Random(seed)
    for place in chosen.sample(range(len(words)), changes):
        words[place] = chosen.choice(WORDS)
    return " ".join(words)


def test_independent_answers_are_in_no_group() -> None:
    assert find_similar([(str(seed), answer(seed)) for seed in range(200)]) == ()
    assert find_similar([]) == ()


def test_a_copy_is_found_whatever_its_signs_and_capitals() -> None:
    copy = TIDES.upper().replace(",", " –").replace(".", "!") + "\n"
    assert find_similar([("a", TIDES), ("b", answer(1)), ("c", copy)]) == (SimilarAnswers(("a", "c"), 1.0),)


def test_a_copy_with_some_words_changed_is_found_with_its_similarity() -> None:
    (group,) = find_similar([("a", answer(1)), ("b", varied(answer(1), 2, 6)), ("c", answer(3))])
    assert group == SimilarAnswers(("a", "b"), 0.9)


def test_half_a_copy_is_not_a_very_similar_answer() -> None:
    half = " ".join(answer(1).split()[:30] + answer(2).split()[:30])
    assert find_similar([("a", answer(1)), ("b", half)]) == ()


def test_the_most_similar_group_comes_first_and_then_the_larger() -> None:
    near = [("n1", answer(1)), ("n2", varied(answer(1), 2, 3))]
    two = [("t1", answer(3)), ("t2", answer(3))]
    three = [("u1", answer(4)), ("u2", answer(4)), ("u3", answer(4))]
    groups = find_similar([*near, *two, *three])
    assert [group.ids for group in groups] == [("u1", "u2", "u3"), ("t1", "t2"), ("n1", "n2")]
    assert [group.similarity for group in groups] == [1.0, 1.0, 0.95]


def test_the_same_answers_make_the_same_groups_in_any_order() -> None:
    answers = [(f"{seed}-{copy}", varied(answer(seed), copy, 4)) for seed in range(20) for copy in range(3)]
    groups = {frozenset(group.ids) for group in find_similar(answers)}
    assert groups == {frozenset(group.ids) for group in find_similar(answers[::-1])}
    assert len(groups) == 20


def test_everyone_who_filled_in_the_same_template_is_in_one_group() -> None:
    template = answer(1, 100)
    answers = [(str(seed), varied(template, seed, 5)) for seed in range(300)]
    (group,) = find_similar(answers)
    assert group.ids == tuple(str(seed) for seed in range(300))


def test_very_short_answers_are_ignored() -> None:
    short = "the moon pulls the sea twice daily"
    assert find_similar([("a", short), ("b", short), ("c", ""), ("d", "")]) == ()
    assert len(find_similar([("a", f"{short} mostly"), ("b", f"{short} mostly")])) == 1


def test_only_the_beginning_of_a_very_long_answer_is_compared() -> None:
    start = answer(1, 1000)
    assert find_similar([("a", f"{start} {answer(2)}"), ("b", start)])[0].similarity == 1.0


def test_more_answers_than_the_limit_are_refused() -> None:
    with pytest.raises(ValueError, match=f"more than {MOST_ANSWERS}"):
        find_similar([("a", "")] * (MOST_ANSWERS + 1))
