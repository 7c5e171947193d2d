import io
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, TextIO
from xml.etree import ElementTree as Xml

import pytest
from markdown_it import MarkdownIt

from grader.quality.baseline import Change, compare, read_baseline, write_baseline
from grader.quality.evaluation_values import Ablation, Evaluation, ItemPoint, ReliabilityBin
from grader.quality.gates import Bound, GateOutcome, check_gates
from grader.quality.measures import Group
from grader.reports.quality_charts import SIDE, STRONGEST, heat_rows, item_marks, reliability_marks
from grader.reports.quality_figures import verdict
from grader.reports.quality_html import write_quality_html
from grader.reports.quality_json import write_quality_json
from grader.reports.quality_junit import write_quality_junit
from grader.reports.quality_markdown import write_quality_markdown
from grader.reports.quality_terminal import print_quality
from tests.quality.handmade import COVERED, F1, evaluation, full_evaluation, gate, measure
from tests.reports.test_class_html import Page

Writer = Callable[[Evaluation, tuple[GateOutcome, ...], tuple[Change, ...], TextIO], None]
Outcomes = tuple[GateOutcome, ...]
Changes = tuple[Change, ...]

WRITERS: tuple[Writer, ...] = (
    print_quality,
    write_quality_json,
    write_quality_junit,
    write_quality_markdown,
    write_quality_html,
)
GATES = (
    gate(0.85),
    gate(0.8, group=Group.HELD_OUT, reason="a | reason"),
    gate(0.7, each_question=True),
    gate(0.6, COVERED, each_question=True),
    gate(0.05, "probe-list-of-terms", Bound.AT_MOST),
)
FAILING = (
    "key-point-f1 is 0.812 (0.790 to 0.834, 1,944 judgements); wanted is at least 0.85",
    "key-point-f1 of waves is 0.520 (0.400 to 0.660, 52 judgements); wanted is at least 0.7",
    "probe-list-of-terms was not measured; wanted is at most 0.05",
)


@pytest.fixture
def outcomes() -> Outcomes:
    return check_gates(GATES, full_evaluation())


@pytest.fixture
def changes(tmp_path: Path) -> Changes:
    """A loss, a gain, what is new, what is gone and another judge."""
    full = full_evaluation()
    before = [replace(one, value=one.value - 0.1) if one.key_point else one for one in full.measures[1:]]
    before[0] = replace(before[0], value=0.9)
    old = Evaluation("fake", "0", full.questions, (*before, measure(0.5, "old-measure")))
    write_baseline(old, tmp_path / "baseline.json")
    return compare(full, read_baseline(tmp_path / "baseline.json"))


def written(writer: Writer, shown: Evaluation, outcomes: Outcomes = (), changes: Changes = ()) -> str:
    stream = io.StringIO()
    writer(shown, outcomes, changes, stream)
    return stream.getvalue()


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("writer", WRITERS)
def test_the_same_evaluation_makes_the_same_bytes(
    writer: Writer, outcomes: Outcomes, changes: Changes
) -> None:
    assert written(writer, full_evaluation(), outcomes, changes) == written(
        writer, full_evaluation(), outcomes, changes
    )


@pytest.mark.parametrize("writer", WRITERS)
def test_every_failing_gate_is_named_with_its_figures(
    writer: Writer, outcomes: Outcomes, changes: Changes
) -> None:
    report = written(writer, full_evaluation(), outcomes, changes)
    if writer is write_quality_markdown:
        report = re.sub(r"\\(.)", r"\1", report)
    for line in FAILING:
        assert line in words(report)


@pytest.mark.parametrize("writer", WRITERS)
def test_an_evaluation_of_nothing_has_a_report_too(writer: Writer) -> None:
    assert written(writer, evaluation(questions=()))
    assert written(writer, evaluation(questions=("pca",), whole=False))


def test_how_it_came_out_is_said_in_a_sentence(outcomes: Outcomes, changes: Changes) -> None:
    assert verdict(outcomes, changes) == (
        False,
        "3 of 5 gates fail; 1 figure got worse since the baseline",
    )
    assert verdict(outcomes[:1], ()) == (False, "1 of 1 gate fails")
    assert verdict(outcomes[1:2], ()) == (True, "the gate holds")
    assert verdict((), ()) == (True, "no gate was checked")


class TestTerminal:
    def test_80_columns_hold_figures_gates_changes_and_weaknesses_in_this_order(
        self, outcomes: Outcomes, changes: Changes
    ) -> None:
        report = written(print_quality, full_evaluation(), outcomes, changes)
        assert max(map(len, report.splitlines())) <= 80
        parts = (
            "Evaluation of 2 questions", "Figures", "0.812 0.790 to 0.834 1,944 judgements", "held-out 0.794",
            "Gates", *FAILING, "which is within its uncertainty", "Since the baseline",
            "key-point-f1 of the fitting half was 0.900 and is 0.830", "the judge is fake 1",
            "What to mend, the worst first", "pca, spread key-point-f1, severity 0.90", "→ Split",
            "waves, scale reference", "→ Say it",
            "3 of 5 gates fail; 1 figure got worse since the baseline",
        )  # fmt: skip
        places = [words(report).index(part) for part in parts]
        assert places == sorted(places)

    def test_as_many_weaknesses_are_shown_as_asked_for(self) -> None:
        stream = io.StringIO()
        print_quality(full_evaluation(), (), (), stream, limit=1)
        assert "pca, spread" in stream.getvalue()
        assert "waves, scale" not in stream.getvalue()
        assert "… 2 more" in stream.getvalue()

    def test_nothing_hostile_reaches_the_terminal(self) -> None:
        report = written(print_quality, full_evaluation())
        assert not {"\x1b", "\x00"} & set(report)

    def test_of_one_question_the_key_points_and_the_ablation_are_shown(self) -> None:
        full = full_evaluation()
        own = tuple(one for one in full.measures if one.question == "pca")
        part = replace(full, questions=("pca",), measures=own, ablation=full.ablation[:1], whole=False)
        report = words(written(print_quality, part, check_gates(GATES, part)))
        assert "Evaluation of pca" in report
        assert "spread 0.500 −0.100" in report
        assert "1 spread −.90 −.40 · 2 axes · −.02 · 3 scale · +.08 −.70" in report
        assert "– 3 gates not checked" in report
        assert "all 2 gates hold" in report


class TestJson:
    def test_all_of_it_is_there(self, outcomes: Outcomes, changes: Changes) -> None:
        full = full_evaluation()
        content = json.loads(written(write_quality_json, full, outcomes, changes))
        assert content["passed"] is False
        assert len(content["measures"]) == len(full.measures)
        assert content["measures"][2] == {
            "measure": F1, "value": 0.794, "n": 934, "unit": "judgements", "higher_is_better": True,
            "interval": {"low": 0.76, "high": 0.82}, "question": None, "key_point": None,
            "group": "held-out half",
        }  # fmt: skip
        assert [one["state"] for one in content["gates"]] == [
            "fails", "close", "holds", "fails", "holds", "holds", "fails",
        ]  # fmt: skip
        assert [one["question"] for one in content["gates"]][2:6] == ["pca", "waves", "pca", "waves"]
        assert {one["kind"] for one in content["changes"]} == {"worse", "better", "new", "gone", "judge"}
        assert content["ablation"][1]["changes"] == [None, [-0.001, -0.95]]
        assert content["weaknesses"][0]["severity"] == 0.9


class TestJUnit:
    # What Jenkins' junit-10.xsd allows: attributes and children of each element.
    ALLOWED: ClassVar[dict[str, tuple[set[str], set[str]]]] = {
        "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
        "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time"}, {"testcase"}),
        "testcase": ({"name", "classname", "time"}, {"skipped", "failure", "system-out"}),
        "failure": ({"message", "type"}, set()),
        "skipped": ({"message", "type"}, set()),
        "system-out": (set(), set()),
    }

    def root(self, outcomes: Outcomes, changes: Changes = ()) -> Xml.Element:
        return Xml.fromstring(written(write_quality_junit, full_evaluation(), outcomes, changes))

    def test_it_keeps_to_the_schema_and_counts_right(self, outcomes: Outcomes, changes: Changes) -> None:
        root = self.root(outcomes, changes)
        for element in root.iter():
            attributes, children = self.ALLOWED[element.tag]
            assert set(element.attrib) <= attributes
            assert {child.tag for child in element} <= children
        for element in (root, *root):
            for key, tag in (("tests", "testcase"), ("failures", "failure")):
                assert int(element.attrib[key]) == sum(1 for _ in element.iter(tag))

    def test_there_is_a_case_for_each_question_and_measure_and_each_gate(self, outcomes: Outcomes) -> None:
        suites = {suite.attrib["name"]: suite for suite in self.root(outcomes)}
        assert list(suites) == ["whole bank", "pca", "waves", "gates of the bank"]
        names = [case.attrib["name"] for case in suites["pca"]]
        assert names[:3] == [F1, COVERED, "key-point-f1 of spread"]
        assert len(suites["gates of the bank"]) == len(GATES)
        assert suites["waves"][0].attrib == {"classname": "grade.waves", "name": F1, "time": "0"}

    def test_what_fails_is_the_figure_and_its_gate(self, outcomes: Outcomes, changes: Changes) -> None:
        failing = {
            (case.attrib["classname"], case.attrib["name"]): failure.attrib["message"]
            for case in self.root(outcomes, changes).iter("testcase")
            for failure in case.iter("failure")
        }
        figures = "was 0.900 and is 0.830 (0.810 to 0.850, 1,010 judgements)"
        assert failing == {
            ("grade.whole bank", F1): FAILING[0],
            ("grade.waves", F1): FAILING[1],
            ("grade.gates of the bank", "key-point-f1: at least 0.85"): FAILING[0],
            ("grade.gates of the bank", "key-point-f1 of each question: at least 0.7"): FAILING[1],
            ("grade.gates of the bank", "probe-list-of-terms: at most 0.05"): FAILING[2],
            ("grade.changes since the baseline", "key-point-f1 of the fitting half"): (
                f"key-point-f1 of the fitting half {figures}: worse"
            ),
        }

    def test_a_gate_that_was_not_checked_is_skipped(self) -> None:
        part = evaluation(measure(0.9, question="pca"), questions=("pca",), whole=False)
        root = Xml.fromstring(written(write_quality_junit, part, check_gates(GATES[:1], part)))
        (skipped,) = root.iter("skipped")
        assert "was not checked" in skipped.attrib["message"]

    def test_characters_that_xml_may_not_hold_are_replaced(self) -> None:
        odd = evaluation(measure(0.9))
        odd_outcomes = check_gates([gate(0.95, reason="a\x00b\x1b <c> & \ud800")], odd)
        root = Xml.fromstring(written(write_quality_junit, odd, odd_outcomes))
        told = [element.text or "" for element in root.iter("system-out")]
        assert any("Why: a�b� <c> & �" in text for text in told)


class TestMarkdown:
    def html(self, outcomes: Outcomes, changes: Changes) -> str:
        text = written(write_quality_markdown, full_evaluation(), outcomes, changes)
        return str(MarkdownIt("commonmark").enable("table").render(text))

    def test_it_reads_as_tables_and_what_is_long_is_folded(
        self, outcomes: Outcomes, changes: Changes
    ) -> None:
        html = self.html(outcomes, changes)
        assert html.count("<table>") == 6
        assert html.count("<details") == html.count("</details>") == 4
        assert "<details open><summary>Since the baseline: 1 loss that is more than noise" in html
        assert "<td>a | reason</td>" in html

    def test_the_text_of_a_rubric_shows_as_it_is_written(self, outcomes: Outcomes) -> None:
        html = self.html(outcomes, ())
        assert "<script" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt; | *a* &lt;/td&gt;&lt;/details&gt; ]]&gt; &amp;" in html
        assert "<code>" not in html


class TestHtml:
    @pytest.fixture
    def page(self, outcomes: Outcomes, changes: Changes) -> str:
        return written(write_quality_html, full_evaluation(), outcomes, changes)

    def test_it_is_well_formed_with_headings_in_order_and_ids_of_their_own(self, page: str) -> None:
        parsed = Page(page)
        assert parsed.open == []
        assert parsed.headings[0] == 1
        assert all(
            deeper <= higher + 1 for higher, deeper in zip(parsed.headings, parsed.headings[1:], strict=False)
        )
        assert max(parsed.ids.values()) == 1
        for target in re.findall(r'(?:href="#|aria-(?:labelledby|describedby)=")([^"]+)"', page):
            assert parsed.ids[target] == 1

    def test_it_needs_nothing_from_anywhere_and_runs_nothing(self, page: str) -> None:
        assert "default-src 'none'; style-src 'unsafe-inline'" in page
        assert not re.search(r"https?://|@import|url\(", page)
        assert not {"script", "link", "img", "iframe"} & set(Page(page).tags)
        assert not {name for name in Page(page).attributes if name.startswith("on")}

    def test_the_text_of_a_rubric_is_text(self, page: str) -> None:
        assert '<script>alert(1)</script> | *a* </td></details> ]]> & "q" {{ 7 * 7 }}' in Page(page).text
        assert not {"\x1b", "\x00"} & set(page)

    def test_it_has_the_plots_each_with_its_figures_as_a_table(self, page: str) -> None:
        assert page.count('role="img"') == 2
        assert page.count("<circle") == 5 + 3
        assert page.count('<circle class="poor"') == 2
        text = words(Page(page).text)
        for part in (
            "facility 1.00, discrimination 0.000: pca, axes",
            "said 0.30, so 0.25, 90 judgements",
            "1 spread −0.90 −0.40 lost with it 0",
            "1 scale not found in the reference answer",
        ):
            assert part in text

    def test_it_fits_a_telephone_and_a_desk_in_a_browser(self, page: str, tmp_path: Path) -> None:
        sync_api = pytest.importorskip("playwright.sync_api")
        browser_path = shutil.which("chromium") or shutil.which("google-chrome")
        if browser_path is None:
            pytest.skip("the page is not tried in a browser: there is no Chromium")
        (tmp_path / "page.html").write_text(page, encoding="utf-8")
        arguments = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=arguments)
            for width in (390, 1280):
                tab = browser.new_page(viewport={"width": width, "height": 800})
                tab.goto((tmp_path / "page.html").as_uri())
                tab.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
                assert tab.evaluate("document.documentElement.scrollWidth") == width
            browser.close()


def test_the_marks_of_a_reliability_diagram_stand_in_proportion() -> None:
    marks = reliability_marks([ReliabilityBin(0, 0.5, 0.25, 0.0, 100), ReliabilityBin(0.5, 1, 1.0, 1.0, 25)])
    assert [(mark.x, mark.y, mark.radius) for mark in marks] == [
        (SIDE / 4, SIDE, 12.0),
        (SIDE, 0.0, 7.5),
    ]
    assert reliability_marks([]) == ()


def test_the_marks_of_items_stand_in_proportion_and_poor_ones_are_told() -> None:
    good, poor = ItemPoint("pca", "a", 0.5, 1.0, 8), ItemPoint("pca", "b", 0.0, -1.0, 8)
    marks = item_marks([good, *[poor] * 4])
    assert [(mark.x, mark.y, mark.radius, mark.poor) for mark in marks] == [
        (SIDE / 2, 0.0, 4.5, False),
        (0.0, SIDE, 9.0, True),
    ]
    assert [len(mark.items) for mark in marks] == [1, 4]


def test_the_cells_of_an_ablation_say_what_was_wanted_and_what_leaked() -> None:
    (first, second) = heat_rows(Ablation("pca", ("a", "b"), ((-1.0, -0.5), (0.1, -0.004))))
    assert [(cell.change, cell.own, cell.kind, cell.strength) for cell in (*first.cells, *second.cells)] == [
        ("−1.00", True, "wanted", STRONGEST),
        ("−0.50", False, "leak", STRONGEST // 2),
        ("+0.10", False, "gain", STRONGEST // 10),
        ("0", True, "", 0),
    ]
