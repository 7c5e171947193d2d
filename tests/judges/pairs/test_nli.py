import math
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.errors import UserError
from grader.judges import JudgeSettings, Task
from grader.judges.pairs.nli import Meanings, entailed, find_meanings, open_nli
from grader.judges.pairs.pair_model import NOTHING_STATED
from grader.judges.pairs.windows import Window
from grader.judges.raw import RawFinding
from grader.passages import Passage

from .conftest import NLI, Change

CPU = JudgeSettings(device="cpu")
ANSWER = (
    "A forest is many trees. Each tree is trained on a sample. The trees vote. The rows are not averaged."
)
FIRST, SECOND = (Window(Passage(text, at, at + 1), text) for at, text in enumerate("ab"))
CONTRADICTION, ENTAILMENT = 0, 1
MEANINGS = Meanings(ENTAILMENT, CONTRADICTION)


def logits(*windows: tuple[float, float, float]) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """From probabilities of contradiction, entailment and neutral."""
    return np.log(np.array(windows, np.float32)) + np.float32(3)


@pytest.mark.parametrize("order", list(permutations(NLI)))
def test_the_order_of_the_labels_does_not_matter(
    nli_folder: Path,
    changed: Callable[[Path, Change], Path],
    ask: Callable[[str], Task],
    order: tuple[int, ...],
) -> None:
    def permute(config: dict[str, Any], weights: dict[str, Any]) -> None:
        config["id2label"] = {str(new): NLI[old].upper() for new, old in enumerate(order)}
        config["label2id"] = {NLI[old].upper(): new for new, old in enumerate(order)}
        for name in ("classifier.weight", "classifier.bias"):
            weights[name] = weights[name][list(order)].contiguous()

    was = open_nli(str(nli_folder), CPU).read(ask(ANSWER))
    permuted = open_nli(str(changed(nli_folder, permute)), CPU).read(ask(ANSWER))
    assert [f.evidence for f in permuted] == [f.evidence for f in was]
    for one, other in zip(was, permuted, strict=True):
        assert abs(one.raw - other.raw) < 1e-4
        assert abs(one.contradiction - other.contradiction) <= 1e-4


def test_it_reads_the_answer_as_what_the_proposition_follows_from(
    nli_folder: Path, ask: Callable[[str], Task]
) -> None:
    judge, task = open_nli(str(nli_folder), CPU), ask("The trees vote.")
    for finding, proposition in zip(judge.read(task), task.question.propositions, strict=True):
        contradiction, entailment, neutral = judge.model.scores([("The trees vote.", proposition.text)])[0]
        odds = math.exp(entailment) / (math.exp(contradiction) + math.exp(neutral))
        assert abs(finding.raw - math.log(odds)) < 1e-4
        assert finding.evidence == task.answer.sentences[0].passage


def test_contradiction_is_for_key_points_alone(nli_folder: Path, ask: Callable[[str], Task]) -> None:
    *key_points, misconception = open_nli(str(nli_folder), CPU).read(ask(ANSWER))
    assert all(0 < finding.contradiction < 1 for finding in key_points)
    assert misconception.contradiction == 0.0


def test_an_answer_that_states_nothing_supports_and_contradicts_nothing(
    nli_folder: Path, ask: Callable[[str], Task]
) -> None:
    judge = open_nli(str(nli_folder), CPU)
    assert judge.read(ask("The trees vote, or they do not.")) == (RawFinding(NOTHING_STATED),) * 3


def test_a_model_without_contradiction_gives_none(
    nli_folder: Path, changed: Callable[[Path, Change], Path], ask: Callable[[str], Task]
) -> None:
    def two_labels(config: dict[str, Any], weights: dict[str, Any]) -> None:
        config["id2label"] = {"0": "entailment", "1": "not_entailment"}
        for name in ("classifier.weight", "classifier.bias"):
            weights[name] = weights[name][:2].contiguous()

    judge = open_nli(str(changed(nli_folder, two_labels)), CPU)
    assert judge.meanings == Meanings(0, None)
    assert {finding.contradiction for finding in judge.read(ask(ANSWER))} == {0.0}


def test_the_best_window_counts_and_is_the_evidence() -> None:
    found = entailed((FIRST, SECOND), logits((0.7, 0.2, 0.1), (0.1, 0.8, 0.1)), MEANINGS)
    assert found.raw == pytest.approx(math.log(0.8 / 0.2), abs=1e-5)
    assert found.contradiction == pytest.approx(0.7, abs=1e-4)
    assert found.evidence == SECOND.passage


def test_where_none_supports_the_evidence_is_what_contradicts() -> None:
    found = entailed((FIRST, SECOND), logits((0.7, 0.1, 0.2), (0.1, 0.2, 0.7)), MEANINGS)
    assert (found.raw < 0, found.evidence) == (True, FIRST.passage)
    found = entailed((FIRST, SECOND), logits((0.4, 0.1, 0.5), (0.1, 0.2, 0.7)), MEANINGS)
    assert found.evidence == SECOND.passage


def test_a_model_that_is_certain_gives_a_finite_number() -> None:
    scores = np.array([[-90, 900, -70], [90, -900, 70]], np.float32)
    found = entailed((FIRST, SECOND), scores, MEANINGS)
    assert found.raw == pytest.approx(970)
    assert (found.contradiction, found.evidence) == (1.0, FIRST.passage)


@pytest.mark.parametrize(
    ("labels", "meanings"),
    [
        (("contradiction", "entailment", "neutral"), Meanings(1, 0)),
        (("ENTAILMENT", "NEUTRAL", "CONTRADICTION"), Meanings(0, 2)),
        (("Neutral", "contradict", "Entail"), Meanings(2, 1)),
        (("SUPPORTS", "REFUTES", "NOT ENOUGH INFO"), Meanings(0, 1)),
        (("not_entailment", "entailment"), Meanings(1, None)),
    ],
)
def test_labels_are_known_by_name(labels: tuple[str, ...], meanings: Meanings) -> None:
    assert find_meanings(labels, "here") == meanings


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (
            ("LABEL_0", "LABEL_1", "LABEL_2"),
            "here: which of LABEL_0, LABEL_1, LABEL_2 is entailment can't be told",
        ),
        (("not_entailment", "neutral"), "not those of a model of entailment"),
        (("entailment", "supports"), "not those of a model of entailment"),
        (("positive", "negative"), "here: its labels (positive, negative) are not those"),
    ],
)
def test_labels_that_do_not_say_it_are_told(labels: tuple[str, ...], said: str) -> None:
    with pytest.raises(UserError) as raised:
        find_meanings(labels, "here")
    assert said in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_labels_that_the_configuration_leaves_out_are_told(
    nli_folder: Path, changed: Callable[[Path, Change], Path]
) -> None:
    folder = changed(nli_folder, lambda config, _: config.pop("id2label"))
    with pytest.raises(UserError, match="which of LABEL_0, LABEL_1 is entailment can't be told"):
        open_nli(str(folder), CPU)


def test_one_output_is_a_cross_encoder(cross_encoder_folder: Path) -> None:
    with pytest.raises(UserError, match="is the judge cross-encoder:"):
        open_nli(str(cross_encoder_folder), CPU)
