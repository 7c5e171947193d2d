import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import Bank, Grader
from grader.bank import Question
from grader.judges import Judge
from grader.quality.measures import Group
from grader.quality.negation import negated
from grader.quality.probe_kinds import Harm, Probe, ProbeText, probes
from grader.quality.probe_texts import AMERICAN, INJECTIONS, PADDING
from grader.quality.probes import ProbeOutcome, ProbeResults, probe_measures, probe_weaknesses, run_probes
from grader.quality.rewriting import first_half, mistyped, padded, respelled, shuffled, unpunctuated
from tests.quality.keyword_judge import keyword_grader

TEXTS = st.text(alphabet=st.sampled_from("abc is not The the. ,\n-é1’"), max_size=200)


def both(make_bank: Callable[..., Path]) -> tuple[Grader, list[Question]]:
    grader = keyword_grader(make_bank)
    return grader, [grader.question(name) for name in ("bread", "tides")]


def outcomes(result: ProbeResults, probe: str, question: str) -> list[ProbeOutcome]:
    return [one for one in result.outcomes if (one.probe, one.question) == (probe, question)]


@pytest.mark.parametrize(
    ("said", "contrary"),
    [
        ("The sea is warm.", "The sea is not warm."),
        ("The sea is not warm.", "The sea is warm."),
        ("It can drift.", "It cannot drift."),
        ("It cannot drift.", "It can drift."),
        ("It doesn't sink.", "It does sink."),
        ("A penalty reduces the variance.", "A penalty does not reduce the variance."),
        ("We split the rows.", "We do not split the rows."),
        ("Models learn from data.", "Models do not learn from data."),
        ("It has a bias.", "It does not have a bias."),
        ("It has risen.", "It has not risen."),
        ("It's a line.", "It's not a line."),
        ("Never mix them.", "Always mix them."),
        ("The net uses no labels.", "The net uses every labels."),
        ("Neither wind nor rain matters.", "Both wind and rain matters."),
        ("Since it is cold, the pipes freeze.", "Since it is not cold, the pipes freeze."),
        ("What a day!", "It is not true that what a day!"),
        ("- It is one.\n- It is two.", "- It is not one.\n- It is not two."),
        ("It is warm, but the wind is cold.", "It is not warm, but the wind is not cold."),
        ("", ""),
    ],
)
def test_a_sentence_is_turned_into_its_contrary(said: str, contrary: str) -> None:
    assert negated(said) == contrary


@given(TEXTS)
def test_every_sentence_with_words_changes_when_negated(text: str) -> None:
    contrary = negated(text)
    assert (contrary == text) == (not any(map(str.isalnum, text)))


def test_no_reference_answer_of_the_own_bank_keeps_its_wording_when_negated() -> None:
    for question in Bank.open():
        contrary = negated(question.reference_answer)
        assert len(re.findall(r"\bnot\b|n['’]t|cannot", contrary)) >= 5


@given(TEXTS, st.integers())
def test_shuffling_keeps_the_words_and_padding_the_text(text: str, seed: int) -> None:
    assert Counter(shuffled(text, random.Random(seed)).split()) == Counter(text.split())
    words = iter(padded(text, random.Random(seed)).split())
    assert all(word in words for word in text.split())


@given(st.lists(st.sampled_from(["neighbour", "rain", "it", "don't", "αβγ", "Flow."]), min_size=1))
def test_a_tenth_of_the_words_is_mistyped_and_never_a_first_letter(words: list[str]) -> None:
    text = " ".join(words)
    changed = mistyped(text, random.Random(1)).split()
    assert len(changed) == len(words)
    different = sum(one != other for one, other in zip(words, changed, strict=True))
    assert different <= round(0.1 * len(re.findall(r"[A-Za-z]+", text)))
    assert [word[0] for word in changed] == [word[0] for word in words]


def test_typos_are_in_about_a_tenth_of_an_ordinary_text() -> None:
    text = " ".join(PADDING)
    changed = mistyped(text, random.Random(3)).split()
    share = sum(one != other for one, other in zip(text.split(), changed, strict=True)) / len(changed)
    assert 0.07 <= share <= 0.11


def test_spelling_turns_british_into_american_and_only_then_the_other_way() -> None:
    assert respelled("The Neighbour's colour is grey.") == "The Neighbor's color is gray."
    assert respelled("The center of gravity") == "The centre of gravity"
    assert respelled("Nothing here.") == "Nothing here."
    assert respelled("It is learned in practice.") == "It is learned in practice."
    assert not set(AMERICAN) & set(AMERICAN.values())


def test_punctuation_goes_and_words_stay() -> None:
    assert unpunctuated("It's a k-fold, isn't it? (Yes.)") == "Its a k fold isnt it Yes"


def test_half_an_answer_is_its_first_sentences() -> None:
    assert first_half("One is. Two is. Three is. Four is. Five is.") == "One is. Two is."
    assert first_half(" Only this. ") == "Only this."
    assert first_half("") == ""


def test_padding_has_about_as_many_words_as_the_text_and_lies_on_all_sides() -> None:
    text = " ".join(f"Number {i} is here." for i in range(20))
    result = padded(text, random.Random(0))
    assert 1.9 <= len(result.split()) / len(text.split()) <= 2.4
    assert not result.startswith("Number")
    assert not result.endswith("here.")
    assert "Number 9 is here. Number 10" not in result


def test_injections_are_many_different_and_say_nothing_of_a_subject() -> None:
    assert len(set(INJECTIONS)) == len(INJECTIONS) >= 12
    assert any("```" in text for text in INJECTIONS)
    assert any("<|im_start|>" in text for text in INJECTIONS)
    assert any(not text.isascii() for text in INJECTIONS)


def test_each_kind_of_probe_does_its_harm_by_the_words_that_it_keeps(make_bank: Callable[..., Path]) -> None:
    grader, bank = both(make_bank)
    result = run_probes(grader, bank)
    (restated,) = outcomes(result, "question-restated", "tides")
    assert (restated.success, restated.coverage, restated.key_points) == (False, 0.0, ())
    (shuffled_,) = outcomes(result, "shuffled", "tides")
    assert (shuffled_.success, shuffled_.key_points) == (True, ("gravity", "rotation", "sun"))
    (foreign,) = outcomes(result, "foreign-reference", "tides")
    assert (foreign.success, foreign.coverage, foreign.key_points) == (True, 0.3333, ("gravity",))
    assert not any(one.success for one in outcomes(result, "injection", "tides"))
    (half,) = outcomes(result, "padded-half", "tides")
    assert (half.success, half.change, half.coverage) == (False, 0.0, 0.6667)
    (capitals,) = outcomes(result, "capitals", "tides")
    assert (capitals.success, capitals.change) == (False, 0.0)
    (pasted,) = outcomes(result, "rubric-pasted", "tides")
    assert not pasted.success
    assert outcomes(result, "respelled", "tides") == []


def test_the_share_of_successes_has_an_interval_and_its_n(make_bank: Callable[..., Path]) -> None:
    grader, bank = both(make_bank)
    result = run_probes(grader, bank, held_out={"bread": True, "tides": False}.__getitem__)
    figures = {one.key: one for one in result.measures}
    assert len(figures) == len(result.measures)
    whole = figures["probe-foreign-reference", "all", "", ""]
    assert (whole.value, whole.n, whole.higher_is_better) == (0.5, 2, False)
    assert whole.interval is not None
    assert whole.interval.low < 0.5 < whole.interval.high
    assert figures["probe-foreign-reference", str(Group.FITTING), "", ""].value == 1.0
    assert figures["probe-foreign-reference", str(Group.HELD_OUT), "", ""].value == 0.0
    assert figures["probe-injection", "all", "tides", ""].n == len(INJECTIONS)
    assert figures["probe-hedged", "all", "", ""].n == 4


def test_probes_of_a_question_are_the_same_alone_and_change_with_the_seed(
    make_bank: Callable[..., Path],
) -> None:
    grader, bank = both(make_bank)
    together = run_probes(grader, bank)
    alone = run_probes(grader, bank[1:], bank)
    assert alone.outcomes == tuple(one for one in together.outcomes if one.question == "tides")
    assert run_probes(grader, bank, seed=1).outcomes != together.outcomes


def test_a_bank_of_one_topic_has_no_foreign_reference_answer(make_bank: Callable[..., Path]) -> None:
    grader, bank = both(make_bank)
    result = run_probes(grader, bank[:1])
    assert outcomes(result, "foreign-reference", "bread") == []
    assert not [one for one in result.measures if one.name == "probe-foreign-reference"]


def test_a_weakness_tells_the_worst_success_and_who_fell_for_it(make_bank: Callable[..., Path]) -> None:
    grader, bank = both(make_bank)
    (foreign,) = [
        one for one in run_probes(grader, bank).weaknesses if one.measure == "probe-foreign-reference"
    ]
    assert (foreign.question, foreign.key_point, foreign.severity) == ("tides", "gravity", 0.33)
    assert foreign.what == (
        "the reference answer of a question of another topic earns 0.33 coverage: gravity falls for it."
    )
    assert foreign.advice


def test_a_weakness_counts_the_successes_of_several_answers_and_a_loss_reads_as_one() -> None:
    kind = Probe("trick", Harm.LOSES, _none, "a trick", "Mend it.")
    made = [
        ProbeOutcome("tides", "trick", "…", True, 0.5, -0.2, ("a", "b")),
        ProbeOutcome("tides", "trick", "…", True, 0.3, -0.4, ("a", "b")),
        ProbeOutcome("tides", "trick", "…", False, 0.7, 0.0, ()),
    ]
    (weakness,) = probe_weaknesses(made, [kind])
    assert (
        weakness.what == "a trick loses 0.40 coverage, to 0.30 (2 of 3 such answers do): a and b fall for it."
    )
    assert (weakness.key_point, weakness.severity, weakness.measure) == (None, 0.4, "probe-trick")
    (figure,) = probe_measures(made, [kind])
    assert (figure.name, figure.value, figure.n) == ("probe-trick", 2 / 3, 3)


def test_probes_have_names_of_their_own_and_advice() -> None:
    kinds = probes([])
    assert len({kind.name for kind in kinds}) == len(kinds) == 15
    assert all(kind.what and kind.advice.endswith(".") for kind in kinds)
    assert {kind.harm for kind in kinds} == set(Harm)


def test_the_bundled_judge_withstands_what_holds_no_statement(
    make_bank: Callable[..., Path], judge: Judge
) -> None:
    grader = Grader(Bank.open(make_bank()), judge)
    result = run_probes(grader, [grader.question("tides")])
    for probe in ("question-restated", "key-terms", "injection"):
        assert not any(one.success for one in outcomes(result, probe, "tides")), probe
    (pasted,) = outcomes(result, "rubric-pasted", "tides")
    assert pasted.coverage == 1.0
    assert not pasted.success


def test_a_question_of_the_own_bank_is_probed_the_same_every_time(grader: Grader) -> None:
    bank = [grader.question(name) for name in ("pca", "random-forest")]
    first = run_probes(grader, bank[1:], bank)
    assert first == run_probes(grader, bank[1:], bank)
    assert {one.question for one in first.outcomes} == {"random-forest"}
    assert len(outcomes(first, "respelled", "random-forest")) == 0


def _none(question: Question, generator: random.Random) -> Iterator[ProbeText]:
    return iter(())
