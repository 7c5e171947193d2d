import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TextIO

import pytest
from markdown_it import MarkdownIt

from grader.quality.comparison_values import Comparison, Difference, JudgeFigures
from grader.quality.evaluation_values import ReliabilityBin
from grader.quality.measures import Group, Interval, Measure
from grader.reports.comparison_figures import difference_text, letter, sections
from grader.reports.comparison_html import write_comparison_html
from grader.reports.comparison_json import write_comparison_json
from grader.reports.comparison_markdown import write_comparison_markdown
from grader.reports.comparison_terminal import print_comparison
from tests.quality.handmade import HOSTILE, measure
from tests.reports.test_class_html import Page

Writer = Callable[[Comparison, TextIO], None]
WRITERS: tuple[Writer, ...] = (
    print_comparison,
    write_comparison_json,
    write_comparison_markdown,
    write_comparison_html,
)
LONG = "hf:/home/somebody/models/with/a/long/path/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"


def share(name: str, count: int, n: int, unit: str = "attacks") -> Measure:
    return measure(count / n, name, within=(0.0, 0.5), n=n, unit=unit, higher_is_better=False)


def figures(
    asked: str = "bundled",
    name: str = "all-minilm-l6-v2",
    *,
    f1: float = 0.676,
    attacks: int = 3,
    seconds: float = 0.0832,
    memory: float | None = 381.4,
    calibrated: bool = True,
    bins: bool = True,
) -> JudgeFigures:
    measures = [
        measure(f1, within=(f1 - 0.1, f1 + 0.1), n=191),
        measure(0.075, "calibration-error", within=(0.05, 0.16), n=191, higher_is_better=False),
        share("unscored", 2, 191, "judgements"),
        share("attack-success", attacks, 66),
        share("injections-that-raise", 1, 18, "phrasings"),
        measure(seconds, "seconds-median", n=23, unit="answers", higher_is_better=False),
        measure(7.25, "calls", n=24, unit="answers", higher_is_better=False),
    ]
    if memory is not None:
        measures.append(measure(memory, "peak-memory", n=1, unit="processes", higher_is_better=False))
    reliability = (ReliabilityBin(0.0, 0.1, 0.02, 0.03, 1056), ReliabilityBin(0.9, 1.0, 0.95, 0.9, 12))
    return JudgeFigures(asked, name, "3-abc", calibrated, tuple(measures), reliability if bins else ())


def compared(*judges: JudgeFigures, group: Group = Group.HELD_OUT) -> Comparison:
    differences = tuple(
        Difference(0, other, "key-point-f1", 0.051, 24, Interval(0.01, 0.09))
        for other in range(1, len(judges))
    )
    return Comparison(group, 20, 24, 66, judges, differences)


def two() -> Comparison:
    return compared(figures(), figures(LONG, LONG, f1=0.727, attacks=5, seconds=12.345, calibrated=False))


def written(writer: Writer, shown: Comparison) -> str:
    stream = io.StringIO()
    writer(shown, stream)
    return stream.getvalue()


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("writer", WRITERS)
def test_a_comparison_is_written_the_same_each_time(writer: Writer) -> None:
    assert written(writer, two()) == written(writer, two())


@pytest.mark.parametrize("writer", [print_comparison, write_comparison_markdown, write_comparison_html])
def test_figures_differences_and_what_is_uncalibrated_are_told(writer: Writer) -> None:
    text = words(re.sub(r"<[^>]+>|\\", " ", written(writer, two())))
    for part in (
        "24 golden answers to 20 questions of the held-out half, 66 attacks",
        "B less A on 24: +0.051 (0.010 to 0.090); B agrees better.",
        "not calibrated",
        "0.676",
        "0.727",
        "3 of 66",
        "1 of 18",
        "2 of 191",
        "0.083",
        "12.3",
        "381",
        "7.25",
    ):
        assert part in text


@pytest.mark.parametrize("judges", range(2, 8))
def test_no_line_in_a_terminal_is_longer_than_80_columns_however_many_judges(judges: int) -> None:
    shown = compared(*(figures(LONG, LONG, f1=-0.5 + number / 10) for number in range(judges)))
    text = written(print_comparison, shown)
    assert max(map(len, text.splitlines())) <= 80
    for number in range(judges):
        assert text.count("less A on 24: +0.051") == judges - 1
        assert f"{abs(-0.5 + number / 10):.3f}" in text
    assert "…" not in text


def test_the_best_figure_of_a_row_is_marked_only_where_another_is_worse() -> None:
    rows = {row.label: row for section in sections(two()) for row in section.rows}
    assert [cell.best for cell in rows["key point F1"].cells] == [False, True]
    assert [cell.best for cell in rows["all"].cells] == [True, False]
    assert [cell.best for cell in rows["seconds an answer"].cells] == [True, False]
    assert [cell.best for cell in rows["calibration error"].cells] == [False, False]


def test_figures_that_look_the_same_are_equally_good() -> None:
    shown = compared(figures(f1=0.67600001), figures(f1=0.676))
    (row,) = [row for section in sections(shown) for row in section.rows if row.label == "key point F1"]
    assert [cell.best for cell in row.cells] == [False, False]


def test_a_figure_that_one_judge_lacks_is_left_empty() -> None:
    shown = compared(figures(memory=None), figures())
    (row,) = [row for section in sections(shown) for row in section.rows if row.label == "peak memory in MB"]
    assert [cell.value for cell in row.cells] == ["", "381"]
    none = compared(figures(memory=None), figures(memory=None))
    assert "peak memory in MB" not in written(print_comparison, none)


@pytest.mark.parametrize(
    ("value", "interval", "ending"),
    [
        (0.05, Interval(0.01, 0.09), "+0.050 (0.010 to 0.090); B agrees better."),
        (-0.05, Interval(-0.09, -0.01), "−0.050 (−0.090 to −0.010); A agrees better."),
        (0.05, Interval(-0.01, 0.11), "+0.050 (−0.010 to 0.110); that may be chance."),
        (0.0, Interval(0.0, 0.0), "0.000; they agree with people equally well."),
        (0.05, None, "+0.050; too few answers to tell whether that is chance."),
    ],
)
def test_a_difference_says_whether_it_is_one(value: float, interval: Interval | None, ending: str) -> None:
    said = difference_text(Difference(0, 1, "key-point-f1", value, 24, interval))
    assert said == f"B less A on 24: {ending}"


def test_judges_beyond_z_have_letters_of_their_own() -> None:
    assert [letter(0), letter(25), letter(26), letter(53)] == ["A", "Z", "A1", "B2"]


def test_the_json_has_all_figures() -> None:
    content = json.loads(written(write_comparison_json, two()))
    assert content["schema"] == 1
    assert (content["group"], content["questions"], content["answers"]) == ("held-out half", 20, 24)
    first, second = content["judges"]
    assert (first["letter"], first["asked"], first["name"]) == ("A", "bundled", "all-minilm-l6-v2")
    assert (first["calibrated"], second["calibrated"]) == (True, False)
    assert first["measures"][0] == {
        "measure": "key-point-f1",
        "value": 0.676,
        "n": 191,
        "unit": "judgements",
        "higher_is_better": True,
        "interval": {"low": 0.576, "high": 0.776},
    }
    assert first["reliability"][0] == {"low": 0.0, "high": 0.1, "said": 0.02, "so": 0.03, "n": 1056}
    (difference,) = content["differences"]
    assert (difference["judge"], difference["against"], difference["value"]) == ("B", "A", 0.051)


def test_the_page_has_a_reliability_plot_for_each_judge_with_ids_of_its_own() -> None:
    html = written(write_comparison_html, two())
    assert html.count("<svg") == 2
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")


def test_a_page_without_bins_has_no_empty_plot() -> None:
    html = written(write_comparison_html, compared(figures(bins=False), figures(bins=False)))
    assert "<svg" not in html
    assert "Reliability" not in html


def test_hostile_names_are_shown_and_do_nothing() -> None:
    shown = compared(figures(HOSTILE, HOSTILE), replace(figures(), version=HOSTILE))
    html = written(write_comparison_html, shown)
    assert not Page(html).open
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    markdown = MarkdownIt("commonmark").enable("table").render(written(write_comparison_markdown, shown))
    assert "<script>" not in markdown
    assert "\x1b" not in written(print_comparison, shown)


def test_the_markdown_tables_have_as_many_cells_in_each_row() -> None:
    text = written(write_comparison_markdown, two())
    for table in re.findall(r"(?:^\|.*\n)+", text + "\n", re.M):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert html.count("<table>") == 3
