import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import Grader
from grader.judges.stance import leaves_open, stated
from grader.passages import Answer

POINT = "Each tree is trained on a bootstrap sample of the rows."


@pytest.mark.parametrize(
    "sentence",
    [
        "Each tree sees its own rows, or perhaps not.",
        "It may be that the trees vote, or it may not be so.",
        "The trees vote, or they do not.",
        "Bias falls, or maybe the opposite is true.",
        "Bias falls or the other way round!",
        "The trees are averaged, which may or may not be the case.",
        "It lowers variance or it doesn't.",
        "Either each tree sees a sample of the rows, or each tree does not see a sample of the rows.",
        "The forest combines many decision trees or the forest does not combine many decision trees.",
    ],
)
def test_saying_both_at_once_leaves_it_open(sentence: str) -> None:
    assert leaves_open(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The boundary is a straight line, kernel or not.",
        "It predicts whether a customer leaves or not.",
        "Nobody knows whether it converges or it does not.",
        "The classes may or may not be balanced.",
        "Use L1 or L2, not both.",
        "Stop when the loss no longer falls or after a thousand steps.",
        "Perhaps the trees vote.",
        "Use lasso if few features matter or ridge if most features matter.",
        "It overfits with too many trees or it does not fit the training data with too few.",
    ],
)
def test_whatever_else_is_said_counts(sentence: str) -> None:
    assert not leaves_open(sentence)


def test_what_is_left_open_earns_nothing_and_what_is_stated_beside_it_does(grader: Grader) -> None:
    hedged = POINT.rstrip(".") + ", or perhaps not."
    assert grader.grade("random-forest", hedged).coverage == 0
    both = f"{hedged} {POINT}"
    grade = grader.grade("random-forest", both)
    (covered,) = (point for point in grade.key_points if point.id == "bootstrap-samples")
    assert covered.evidence is not None
    assert covered.evidence.start >= len(hedged)


@given(st.lists(st.sampled_from(["Trees vote.", "Trees vote, or perhaps not.", "A – b; c!", "\n"])))
def test_offsets_stay_where_they_are(parts: list[str]) -> None:
    answer = Answer.of(" ".join(parts))
    kept = stated(answer)
    assert len(kept.view) == len(answer.text)
    for sentence in kept.sentences:
        assert kept.view[sentence.passage.start : sentence.passage.end] == sentence.passage.text
