from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.bank import KeyPoint
from grader.errors import UserError
from grader.judges import JudgeSettings, Task
from grader.judges.pairs.cross_encoder import CrossEncoderJudge, open_cross_encoder
from grader.judges.pairs.pair_model import NOTHING_STATED, PairModel, open_pair_model
from grader.judges.raw import RawFinding

from .conftest import TOKENS, Change

ANSWER = (
    "A forest is many trees. Each tree is trained on a sample of the rows, not on all of the rows. "
    "Bootstrap is a sample. The trees vote. The trees are averaged."
)
CPU = JudgeSettings(device="cpu")


@pytest.fixture(scope="session")
def judge(cross_encoder_folder: Path) -> CrossEncoderJudge:
    return open_cross_encoder(str(cross_encoder_folder), CPU)


def alike(one: tuple[RawFinding, ...], other: tuple[RawFinding, ...]) -> bool:
    return [f.evidence for f in one] == [f.evidence for f in other] and all(
        abs(a.raw - b.raw) < 1e-4 for a, b in zip(one, other, strict=True)
    )


def test_the_number_is_the_models_own_for_the_best_window(
    judge: CrossEncoderJudge, ask: Callable[[str], Task]
) -> None:
    task = ask(ANSWER)
    findings = judge.read(task)
    for finding, proposition in zip(findings, task.question.propositions, strict=True):
        (read,) = judge.model.read(_only(task, proposition.text), proposition_first=True)
        alone = [float(judge.model.scores([(proposition.text, w.read)])[0, 0]) for w in read.windows]
        best = int(np.argmax(alone))
        assert len(alone) > 1
        assert abs(finding.raw - alone[best]) < 1e-4
        assert finding.evidence == read.windows[best].passage
        assert finding.contradiction == 0.0


def test_a_finding_is_the_same_whatever_else_is_asked(
    judge: CrossEncoderJudge, ask: Callable[[str], Task]
) -> None:
    task = ask(ANSWER)
    together = judge.read(task)
    alone = [judge.read(_only(task, p.text))[0] for p in task.question.propositions]
    assert alike(together, tuple(alone))
    many = ask(f"{ANSWER} " * 15)
    assert alike(judge.read(many), judge.read(many))
    assert judge.read(task) == together


def test_threads_do_not_change_it(cross_encoder_folder: Path, ask: Callable[[str], Task]) -> None:
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    try:
        one, three = (
            open_cross_encoder(str(cross_encoder_folder), JudgeSettings(threads, "cpu")).read(ask(ANSWER))
            for threads in (1, 3)
        )
    finally:
        torch.set_num_threads(before)
    assert alike(one, three)


@pytest.mark.parametrize("text", ["a " * 300, "x" * 300, "trees vote, " * 80 + ". The trees vote. " * 40])
def test_no_pair_is_longer_than_the_model_reads(
    judge: CrossEncoderJudge, ask: Callable[[str], Task], text: str
) -> None:
    task, tokenizer = ask(text), judge.model.tokenizer
    assert judge.model.longest == TOKENS
    for read, proposition in zip(judge.model.read(task, True), task.question.propositions, strict=True):
        assert not read.unscored
        assert read.windows
        for window in read.windows:
            assert len(tokenizer(proposition.text, window.read, truncation=False)["input_ids"]) <= TOKENS


def test_a_control_token_in_an_answer_is_text(judge: CrossEncoderJudge, ask: Callable[[str], Task]) -> None:
    ids = judge.model.tokenizer("the trees", "vote [SEP] [PAD]")["input_ids"]
    assert ids.count(judge.model.tokenizer.sep_token_id) == 2
    assert ids.count(judge.model.tokenizer.pad_token_id) == 0
    hidden, shown = (
        judge.model.scores([("the trees", text)]) for text in ("vote [SEP] not", "vote [sep] not")
    )
    assert hidden == shown


@pytest.mark.parametrize("text", ["The trees vote, or they do not.", "?!"])
def test_an_answer_that_states_nothing_supports_nothing(
    judge: CrossEncoderJudge, ask: Callable[[str], Task], text: str
) -> None:
    assert judge.read(ask(text)) == (RawFinding(NOTHING_STATED),) * 3


def test_a_proposition_that_leaves_no_room_is_unscored_and_the_others_are_not(
    judge: CrossEncoderJudge, ask: Callable[[str], Task]
) -> None:
    task = ask(ANSWER)
    long, short = KeyPoint(id="long", text="trees vote " * 40), task.question.key_points[0]
    question = task.question.model_copy(update={"key_points": (long, short)})
    first, second, _ = judge.read(Task(question, task.answer))
    assert first == RawFinding(
        0.0, unscored="it leaves no room for the answer in the 64 tokens the model reads"
    )
    assert not second.unscored


def test_not_a_number_is_unscored(
    cross_encoder_folder: Path, changed: Callable[[Path, Change], Path], ask: Callable[[str], Task]
) -> None:
    folder = changed(cross_encoder_folder, lambda _, weights: weights["classifier.bias"].fill_(np.nan))
    findings = open_cross_encoder(str(folder), CPU).read(ask(ANSWER))
    assert findings == (RawFinding(0.0, unscored="the model gave something that is not a number"),) * 3


def test_other_weights_are_another_revision(
    judge: CrossEncoderJudge, cross_encoder_folder: Path, changed: Callable[[Path, Change], Path]
) -> None:
    folder = changed(cross_encoder_folder, lambda _, weights: weights["classifier.bias"].fill_(1.0))
    assert judge.name == f"cross-encoder:{cross_encoder_folder}"
    assert judge.revision == open_pair_model(str(cross_encoder_folder), CPU).revision
    assert judge.revision.startswith("pairs-1-")
    assert open_cross_encoder(str(folder), CPU).revision != judge.revision


def test_where_a_model_skips_positions_it_reads_fewer_tokens(
    cross_encoder_folder: Path, tmp_path: Path
) -> None:
    transformers = pytest.importorskip("transformers")
    from grader.judges.quiet import quietly

    config = transformers.RobertaConfig(
        vocab_size=200, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, num_labels=1,
        intermediate_size=8, max_position_embeddings=TOKENS, pad_token_id=1,
    )  # fmt: skip
    with quietly():
        transformers.RobertaForSequenceClassification(config).save_pretrained(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((cross_encoder_folder / name).read_bytes())
    assert open_pair_model(str(tmp_path), CPU).longest == TOKENS - 2


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "no model's configuration"),
        ('{"architectures": ["BertModel"]}', "no head that reads pairs"),
        ("{}", "no head that reads pairs"),
        ('{"architectures": ["LlamaForCausalLM"]}', "which is the judge hf:"),
    ],
)
def test_what_reads_no_pairs_is_told_before_anything_is_loaded(
    tmp_path: Path, config: str, said: str
) -> None:
    (tmp_path / "config.json").write_text(config)
    assert said in _error(lambda: open_pair_model(str(tmp_path), CPU))


def test_a_gguf_file_is_told_to_be_a_language_model(tmp_path: Path) -> None:
    (tmp_path / "small.gguf").write_bytes(b"GGUF")
    assert "which is the judge hf:" in _error(lambda: open_pair_model(str(tmp_path / "small.gguf"), CPU))
    assert "which is the judge hf:" in _error(lambda: open_pair_model(str(tmp_path), CPU))


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\x00nonsense"])
def test_broken_files_are_one_line(
    cross_encoder_folder: Path, changed: Callable[[Path, Change], Path], file: str, content: bytes
) -> None:
    folder = changed(cross_encoder_folder, lambda *_: None)
    (folder / file).write_bytes(content)
    assert str(folder) in _error(lambda: open_pair_model(str(folder), CPU).longest)


@pytest.mark.parametrize("device", ["cuda:99", "cuda:x", "quantum", "cpu:1", ""])
def test_a_device_that_is_not_there_is_told(cross_encoder_folder: Path, device: str) -> None:
    model = open_pair_model(str(cross_encoder_folder), JudgeSettings(device=device))
    assert f"no device {device!r} on this machine; there is" in _error(lambda: model.longest)


def test_one_output_is_taken_several_are_not(
    cross_encoder_folder: Path, nli_folder: Path, changed: Callable[[Path, Change], Path]
) -> None:
    assert open_pair_model(str(cross_encoder_folder), CPU).labels == ("LABEL_0",)
    assert f"is the judge nli:{nli_folder}" in _error(lambda: open_cross_encoder(str(nli_folder), CPU))
    stars = changed(
        nli_folder, lambda config, _: config.update(id2label={"0": "bad", "1": "so-so", "2": "good"})
    )
    assert "3 outputs (bad, so-so, good)" in _error(lambda: open_cross_encoder(str(stars), CPU))


def _only(task: Task, text: str) -> Task:
    update = {"key_points": (KeyPoint(id="only", text=text),), "misconceptions": ()}
    return Task(task.question.model_copy(update=update), task.answer)


def _error(call: Callable[[], PairModel | CrossEncoderJudge | int]) -> str:
    with pytest.raises(UserError) as raised:
        call()
    assert len(str(raised.value).splitlines()) == 1
    return str(raised.value)
