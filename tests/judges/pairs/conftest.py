"""Real models of two layers, with random numbers, that are made once for all tests."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.bank import KeyPoint, Misconception, Question
from grader.judges import Task
from grader.passages import Answer

TOKENS = 64
"""How much the models read at once."""

NLI = {0: "contradiction", 1: "entailment", 2: "neutral"}
WORDS = (
    "a are averaged bootstrap each forest is many not of on rows sample the trained tree trees vote".split()
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"

Change = Callable[[dict[str, Any], dict[str, Any]], None]
"""Changes a model's configuration and weights, each by name, in place."""


@pytest.fixture(scope="session")
def question() -> Question:
    return Question(
        id="forest",
        question="What is a random forest?",
        topic="ensembles",
        key_points=(
            KeyPoint(id="many", text="A forest is many trees."),
            KeyPoint(id="rows", text="Each tree is trained on a bootstrap sample of the rows."),
        ),
        misconceptions=(Misconception(id="one", text="The trees are not averaged."),),
        reference_answer="A forest is many trees.",
    )


@pytest.fixture(scope="session")
def ask(question: Question) -> Callable[[str], Task]:
    """A function from an answer's text to a task."""
    return lambda text: Task(question, Answer.of(text))


@pytest.fixture(scope="session")
def cross_encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder with one output."""
    return _save(tmp_path_factory.mktemp("cross-encoder"), {0: "LABEL_0"})


@pytest.fixture(scope="session")
def nli_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of entailment."""
    return _save(tmp_path_factory.mktemp("nli"), NLI)


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Path, Change], Path]:
    """A function that copies a model, changes the copy and returns its folder."""

    def change_a_copy(folder: Path, change: Change) -> Path:
        from safetensors.torch import load_file, save_file

        copy = tmp_path / f"changed-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(folder, copy)
        config = json.loads((copy / "config.json").read_text())
        weights = load_file(copy / "model.safetensors")
        change(config, weights)
        (copy / "config.json").write_text(json.dumps(config))
        save_file(weights, copy / "model.safetensors", {"format": "pt"})
        return copy

    return change_a_copy


def _save(folder: Path, labels: dict[int, str]) -> Path:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("sentence_transformers")
    vocabulary = _vocabulary()
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=TOKENS,
        initializer_range=0.3,  # so that texts come out far enough apart
        id2label=labels,
        label2id={name: position for position, name in labels.items()},
    )
    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = transformers.BertForSequenceClassification(config)
    from grader.judges.quiet import quietly

    with quietly():
        model.save_pretrained(folder)
        _tokenizer(vocabulary).save_pretrained(folder)
    return folder


def _vocabulary() -> dict[str, int]:
    control = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    signs = [".", ",", "[", "]", *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    return {token: number for number, token in enumerate(dict.fromkeys([*control, *signs, *WORDS]))}


def _tokenizer(vocabulary: dict[str, int]) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [(token, vocabulary[token]) for token in ("[SEP]", "[CLS]")]
    tokenizer.post_processor = processors.BertProcessing(*ends)
    names = ("pad", "unk", "cls", "sep", "mask")
    return pytest.importorskip("transformers").PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, **{f"{name}_token": f"[{name.upper()}]" for name in names}
    )
