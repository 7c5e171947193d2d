"""Inverse document frequencies of word pieces, from general English and graded answers.

    python -m eval.training.token_weights --data FOLDER

A document is a sentence pair's half, a question, a reference or an answer of the training splits;
mohler, which only measures, is left out. The weight is log((documents + 1) / (documents with it + 1)).
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
from tokenizers import Tokenizer

from eval.data import ENTAILMENT_SETS, read_rows
from eval.training.model_folder import MODELS, write_manifest


def documents(folder: Path) -> Iterator[str]:
    """All texts that may be used for fitting."""
    with (folder / "nli.jsonl").open(encoding="utf-8") as lines:
        for pair in map(json.loads, lines):
            if pair["dataset"] in ENTAILMENT_SETS:
                yield pair["premise"]
                yield pair["hypothesis"]
    for dataset in ("beetle", "saf", "argkp"):
        for row in read_rows(folder, dataset, "train"):
            yield from (row["question"], *row["references"], row["answer"])


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--model", type=click.Path(path_type=Path), default=MODELS / "all-minilm-l6-v2")
def main(data: Path, model: Path) -> None:
    """Write token_weights.npy."""
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    texts = sorted(set(documents(data)))
    frequencies: Counter[int] = Counter()
    for encoding in tokenizer.encode_batch(texts, add_special_tokens=False):
        frequencies.update(set(encoding.ids))
    counts = np.array([frequencies[i] for i in range(tokenizer.get_vocab_size())])
    weights = np.log((len(texts) + 1) / (counts + 1))
    np.save(model / "token_weights.npy", weights.astype(np.float16))
    write_manifest(model)
    click.echo(f"{len(texts):,} documents, {int((counts > 0).sum()):,} word pieces seen")


if __name__ == "__main__":
    main()
