import random

import pytest

from eval.data import HELD_OUT
from eval.training.contrast_examples import contrast_examples
from eval.training.contrast_set import load_contrast_set
from eval.training.example import Example
from eval.training.examples import bank_examples
from grader.bank import Bank


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    generator = random.Random(0)
    return [*contrast_examples(load_contrast_set("train")[:4], generator), *bank_examples(generator)]


def test_targets_are_shares_one_for_each_proposition(examples: list[Example]) -> None:
    for example in examples:
        assert len(example.propositions) == len(example.targets) >= 1
        assert example.text.strip()
        for target in example.targets:
            assert min(target) >= 0
            assert sum(target) == pytest.approx(1)


def test_nothing_of_the_held_out_half_is_trained_on(examples: list[Example]) -> None:
    held_out = [question for question in Bank.open() if question.id in HELD_OUT]
    texts = {q.question for q in held_out} | {q.reference_answer for q in held_out}
    texts |= {text for q in held_out for point in q.key_points for text in point.phrasings}
    for example in examples:
        assert not texts & {example.question, example.text, *example.propositions}


def test_a_reversed_proposition_is_supported_by_what_says_the_same(examples: list[Example]) -> None:
    question = load_contrast_set("train")[0].questions[0]
    proposition = question.propositions[0]
    labels = {
        (example.text, said): target
        for example in examples
        for said, target in zip(example.propositions, example.targets, strict=True)
    }
    own, reversal = proposition.text, proposition.reversal[0]
    assert labels[reversal, own][2] == 1
    known = [labels.get((text, reversal)) for text in proposition.reversal]
    assert all(target[0] == 1 for target in known if target is not None)


def test_the_same_seed_gives_the_same_examples() -> None:
    fields = load_contrast_set("train")[:1]
    once, again = (list(contrast_examples(fields, random.Random(5))) for _ in range(2))
    assert once == again
    assert once != list(contrast_examples(fields, random.Random(6)))
