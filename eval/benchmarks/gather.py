"""Put the judge's tables together in ``RESULTS.md``, as they were last measured.

python -m eval.benchmarks.gather
"""

from pathlib import Path

from eval.benchmarks.table import RESULTS

TABLES = (
    "agreement", "left_out", "calibration", "surest", "contradicted", "credit", "robustness",
    "throughput", "speed", "class_speed", "class_memory", "class_kills", "class_malformed",
    "shared_prefix", "judges",
)  # fmt: skip


def gathered() -> str:
    """All tables in one text."""
    return "# Results\n\n" + "\n".join(
        (RESULTS / f"{name}.md").read_text(encoding="utf-8") for name in TABLES
    )


if __name__ == "__main__":
    (Path(__file__).parent / "RESULTS.md").write_text(gathered(), encoding="utf-8")
