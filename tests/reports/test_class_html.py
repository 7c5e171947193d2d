import os
import re
import shutil
from collections import Counter
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader.classes.class_review import find_similar_students, select, uncertainty
from grader.classes.class_summary import summarise
from grader.classes.similar_answers import MOST_ANSWERS
from grader.grades import Grade
from grader.judges import Verdict
from grader.reports.charts import HEIGHT, histogram, verdict_bar
from grader.reports.class_html import write_class_html
from grader.reports.highlights import Evidence, Piece, pieces
from grader.results import Results
from grader.submissions import Place, Problem, Submission
from tests.reports.handmade import HOSTILE, POINTS, WIND, class_of, handed_in, made_grade

C, P, M, X = Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSED, Verdict.CONTRADICTED
U = Verdict.UNSCORED
LONG = "I am sure that the moon pulls the water of the sea and so there are tides."
CLOSE = "a close call on 'moon' could move the score by more than 0.1"
TERMS = "most of the answer is a list of terms, not sentences"

CLASS: tuple[tuple[Submission, Grade], ...] = (
    (handed_in("ann", LONG, "Ann Lee"), made_grade(LONG, (C, C, M), ("the moon pulls the water", "sea", ""))),
    (handed_in("bob", LONG + " Yes!", "Bob Ray"), made_grade(LONG, (C, M, M), reasons=(CLOSE,), score=0.3)),
    (handed_in("eve", HOSTILE, HOSTILE), made_grade(HOSTILE, (P, M, M), (HOSTILE[:30], "", ""))),
    (
        handed_in("zoë", "Wind makes waves and tides, the sun does not.", question="waves"),
        made_grade(
            "Wind makes waves and tides, the sun does not.",
            (M, X, M),
            ("", "the sun does not", ""),
            wind="Wind makes waves and tides",
            reasons=(CLOSE, TERMS),
            question="waves",
            score=0.0,
        ),
    ),
)


class Page(HTMLParser):
    """Checks that every element ends where it should, and gathers what is there."""

    VOID = frozenset({"meta", "input", "br", "img", "link", "hr"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.headings: list[int] = []
        self.ids: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.update(name for name, _ in attrs)
        self.ids.update(value or "" for name, value in attrs if name == "id")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text += data


def report(results: Results, folder: Path, limit: int = 2000) -> str:
    write_class_html(results, summarise(results.graded()), folder / "report.html", limit)
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture
def page(tmp_path: Path) -> str:
    problems = (Problem(Place("answers.csv", 9), "no such question"),)
    with class_of(tmp_path, *CLASS, problems=problems) as results:
        return report(results, tmp_path)


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_report_holds_the_class_the_questions_the_reviews_and_the_answers(page: str) -> None:
    text = Page(page).text
    for part in (
        "students4", "answers4", "mean score, of 10.33", "for review2",
        "1 submission could not be graded; problems.csv says which and why",
        "What about tides?", "3 answers mean score 0.43", "What about waves?", "1 answer mean score 0.00",
        f"33% of the answers cover: {POINTS[1][1]} ✓ 1 covered ✗ 2 missed", f"1answer says: {WIND}",
    ):  # fmt: skip
        assert part in words(text)


def test_the_page_is_well_formed_with_headings_in_order_and_ids_of_their_own(page: str) -> None:
    parsed = Page(page)
    assert parsed.open == []
    assert max(parsed.ids.values()) == 1
    assert parsed.headings[0] == 1
    assert all(
        after - before <= 1 for before, after in zip(parsed.headings, parsed.headings[1:], strict=False)
    )
    assert {"main", "nav", "header", "footer"} <= set(parsed.tags)


def test_the_page_needs_nothing_from_anywhere(page: str) -> None:
    parsed = Page(page)
    assert not {"link", "img", "iframe", "base"} & set(parsed.tags)
    assert not {"src", "srcset", "action", "data"} & parsed.attributes
    assert not re.search(r"https?:|url\(|@import", page)
    assert "default-src 'none'" in page


def test_what_a_student_writes_is_text_in_the_page_and_in_no_script(page: str) -> None:
    parsed = Page(page)
    assert parsed.tags["script"] == parsed.tags["style"] == 1
    assert not any(name.startswith("on") for name in parsed.attributes)
    assert HOSTILE in parsed.text
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert "moon" not in script


def test_characters_that_no_page_may_hold_are_replaced(tmp_path: Path) -> None:
    with class_of(tmp_path, (handed_in("a\x1b", "the\0 moon\x9b"), made_grade("the\0 moon\x9b"))) as results:
        page = report(results, tmp_path)
    assert not re.search(r"[\0\x1b\x9b]", page)
    assert "the\N{REPLACEMENT CHARACTER} moon" in page


def test_evidence_is_marked_with_the_number_of_its_key_point(page: str) -> None:
    assert '<mark style="background:var(--k0)">the moon pulls the water</mark><sup' in page
    assert re.search(r'<mark class="wrong">Wind makes waves and tides</mark><sup>.*?</span>A<span', page)
    assert re.search(r'<mark style="background:var\(--k1\)">the sun does not</mark><sup', page)


def test_overlapping_evidence_shows_the_colours_of_both(tmp_path: Path) -> None:
    text = "abcdef"
    with class_of(tmp_path, (handed_in("ann", text), made_grade(text, (C, C, M), ("abcd", "cdef", "")))) as r:
        page = report(r, tmp_path)
    both = "linear-gradient(var(--k0) 0% 50%,var(--k1) 50% 100%)"
    assert re.search(
        r'k0\)">ab</mark><mark style="background:'
        + re.escape(both)
        + r'">cd</mark><sup.*?</sup><mark style="background:var\(--k1\)">ef</mark><sup',
        page,
    )


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ([], [("abcdef", "", "")]),
        ([(0, 6, "1")], [("abcdef", "1", "1")]),
        (
            [(1, 4, "1"), (2, 5, "2")],
            [("a", "", ""), ("b", "1", ""), ("cd", "12", "1"), ("e", "2", "2"), ("f", "", "")],
        ),
        ([(0, 3, "1"), (0, 3, "2")], [("abc", "12", "12"), ("def", "", "")]),
        ([(0, 6, "1"), (2, 3, "A")], [("ab", "1", ""), ("c", "1A", "A"), ("def", "1", "1")]),
        (
            [(-5, 2, "1"), (4, 99, "2"), (3, 3, "3"), (9, 12, "4")],
            [("ab", "1", "1"), ("cd", "", ""), ("ef", "2", "2")],
        ),
    ],
)
def test_a_text_is_cut_where_evidence_begins_or_ends(
    evidence: list[tuple[int, int, str]], expected: list[tuple[str, str, str]]
) -> None:
    found = pieces("abcdef", [Evidence(*each) for each in evidence])
    assert list(found) == [Piece(text, tuple(labels), tuple(ending)) for text, labels, ending in expected]


def test_an_empty_text_has_no_pieces() -> None:
    assert list(pieces("", [Evidence(0, 3, "1")])) == []


def test_charts_are_in_proportion() -> None:
    assert [bar.height for bar in histogram([0, 1, 4])] == [0, HEIGHT / 4, HEIGHT]
    assert [bar.height for bar in histogram([0, 0])] == [0, 0]
    parts = verdict_bar(Counter({C: 1, M: 2, X: 1}))
    assert [(part.verdict, part.left, part.width) for part in parts] == [(C, 0, 25), (M, 25, 50), (X, 75, 25)]


def test_the_least_covered_key_points_come_first(page: str) -> None:
    tides = page[page.index("What about tides?") : page.index("What about waves?")]
    teach, known = tides.split("Covered by at least half")
    assert teach.index("To teach again") < teach.index(POINTS[2][1]) < teach.index(POINTS[1][1])
    assert POINTS[0][1] in known


def test_the_most_urgent_review_comes_first_with_its_reasons_in_words(page: str) -> None:
    reviews = unescape(page[page.index('id="reviews-title"') : page.index('id="answers-title"')])
    assert reviews.index("zoë") < reviews.index(TERMS) < reviews.index("Bob Ray") < reviews.rindex(CLOSE)
    assert "Ann Lee" not in reviews


def test_reasons_of_the_text_come_first_then_more_reasons_then_less_certainty(tmp_path: Path) -> None:
    graded = (
        (handed_in("sure", "1"), made_grade(reasons=(CLOSE,), probability=0.99)),
        (handed_in("fine", "2"), made_grade()),
        (handed_in("unsure", "3"), made_grade(reasons=(CLOSE,), probability=0.5)),
        (handed_in("both", "4"), made_grade(reasons=(CLOSE, TERMS), probability=0.99)),
        (handed_in("also sure", "5"), made_grade(reasons=(CLOSE,), probability=0.99)),
        (handed_in("good", "6"), made_grade()),
        (handed_in("close", "7"), made_grade(reasons=(CLOSE, CLOSE), probability=0.99)),
    )
    with class_of(tmp_path, *graded) as results:
        chosen = [each.submission.student for each in select(results.graded(), 10)]
        assert chosen == ["both", "close", "unsure", "sure", "also sure", "fine", "good"]
        for limit in range(1, 8):
            assert [each.submission.student for each in select(results.graded(), limit)] == chosen[:limit]


def test_uncertainty_is_that_of_the_coverage() -> None:
    assert uncertainty(made_grade(probability=1.0)) == 0
    assert uncertainty(made_grade(probability=0.5)) == pytest.approx(0.5 / 3**0.5)


def test_a_large_class_shows_as_many_answers_as_the_limit_and_says_where_the_rest_is(tmp_path: Path) -> None:
    with class_of(tmp_path, *CLASS) as results:
        page = report(results, tmp_path, limit=3)
        with pytest.raises(ValueError, match="limit is 0"):
            report(results, tmp_path, limit=0)
    assert page.count('<details class="answer"') == 3
    assert "3 of 4 answers are here" in page
    assert "grades.jsonl holds all" in page


def test_very_similar_answers_of_different_students_are_listed_with_links(page: str) -> None:
    alike = page[page.index("Very similar answers") : page.index("What about waves?")]
    assert re.search(r'97%.*href="#answer-3".*Ann Lee.*href="#answer-2".*Bob Ray', alike)


def test_a_student_who_hands_in_twice_is_not_similar_to_themselves(tmp_path: Path) -> None:
    same = [(handed_in("ann", LONG), made_grade())] * 2
    with class_of(tmp_path, *same) as results:
        assert find_similar_students(results.graded, summarise(results.graded())) == {"tides": ()}


def test_with_too_many_answers_the_report_says_that_it_did_not_look_for_similar_ones(tmp_path: Path) -> None:
    many = [(handed_in(f"s{number}", LONG), made_grade()) for number in range(MOST_ANSWERS + 1)]
    with class_of(tmp_path, *many) as results:
        page = report(results, tmp_path, limit=1)
    assert f"were not looked for: there are more than {MOST_ANSWERS:,} answers" in page
    assert page.count('<details class="answer"') == 1


def test_the_same_results_make_the_same_bytes(page: str, tmp_path: Path) -> None:
    with Results.open(tmp_path) as results:
        assert report(results, tmp_path) == page


def test_a_class_without_answers_has_a_report_too(tmp_path: Path) -> None:
    with class_of(tmp_path) as results:
        text = words(Page(report(results, tmp_path)).text)
    assert "No answer was graded." in text
    assert "There is no answer that a person should look at." in text


def test_what_was_not_scored_is_counted_apart_and_can_be_filtered_for(tmp_path: Path) -> None:
    graded = (
        (handed_in("ann", "one"), made_grade("one", (C, U, U), reasons=("2 of 3 key points",))),
        (handed_in("bob", "two"), made_grade("two", (C, U, C))),
    )
    with class_of(tmp_path, *graded) as results:
        page = report(results, tmp_path)
    text = words(Page(page).text)
    assert f"Scored in no answer ? {POINTS[1][1]}" in text
    assert f"100% of the answers cover: {POINTS[2][1]} ✓ 1 covered ? 1 unscored" in text
    assert "? unscored The sun pulls" in text
    assert "probability 0.90 The sun pulls" not in text
    assert '<option value="unscored">' in page
    assert 'data-has="covered unscored"' in page


def test_without_anything_unscored_nothing_is_said_of_it(page: str) -> None:
    assert "unscored" not in page[page.index("</style>") :]


def test_the_judge_that_decided_its_calls_and_explanations_are_in_the_report(tmp_path: Path) -> None:
    grade = made_grade("one")
    points = (
        replace(grade.key_points[0], judge="small"),
        replace(grade.key_points[1], judge="hf:large", explanation="Only <b>in part</b>."),
        replace(grade.key_points[2], judge="hf:large"),
    )
    grade = replace(grade, key_points=points, judge="small,hf:large", calls=2, seconds=3.0)
    with class_of(tmp_path, (handed_in("ann", "one"), grade)) as results:
        text = words(Page(report(results, tmp_path)).text)
    assert "judge small,hf:large 1, 2 of 3 key points decided by hf:large, 2 calls, 3.0 s" in text
    assert text.count("probability 0.90, decided by hf:large") == 2
    assert f"{POINTS[1][1]} Only <b>in part</b>." in text


@pytest.fixture
def chromium() -> str:
    pytest.importorskip("playwright", reason="the report is not tried in a browser without playwright")
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("the report is not tried in a browser: there is no Chromium")
    return path


def test_in_a_browser_the_filters_and_the_search_show_what_fits(
    page: str, tmp_path: Path, chromium: str
) -> None:
    from playwright.sync_api import expect, sync_playwright

    address = (tmp_path / "report.html").as_uri()
    # Chromium has no sandbox for the administrator, who runs the tests in a container.
    arguments = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    happened: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        tab = browser.new_page(viewport={"width": 390, "height": 844})
        tab.on("request", lambda request: happened.append(request.url))
        tab.on("console", lambda message: happened.append(message.text))
        tab.on("dialog", lambda dialog: happened.append(dialog.message))
        tab.on("pageerror", lambda error: happened.append(str(error)))
        tab.goto(address)

        def shown() -> list[str]:
            return tab.locator(".answer:visible .who").all_text_contents()

        count = tab.get_by_role("status")
        expect(count).to_have_text("4 of 4 answers")
        assert shown() == ["zoë", "Bob Ray", "Ann Lee", HOSTILE]

        tab.get_by_label("Question", exact=True).select_option("tides")
        expect(count).to_have_text("3 of 4 answers")
        tab.get_by_label("What the answer does").select_option("partial")
        assert shown() == [HOSTILE]
        tab.get_by_label("Question", exact=True).select_option("")
        tab.get_by_label("What the answer does").select_option("contradicted")
        assert shown() == ["zoë"]
        tab.get_by_label("What the answer does").select_option("misconception")
        assert shown() == ["zoë"]
        tab.get_by_label("What the answer does").select_option("")
        tab.get_by_label("only those for review").check()
        assert shown() == ["zoë", "Bob Ray"]
        tab.get_by_label("only those for review").uncheck()

        search = tab.get_by_label("Student or words of the answer")
        for typed, names in (
            ("lee", ["Ann Lee"]), ("ZOE", ["zoë"]), ("moon water yes", ["Bob Ray"]),
            ("the moon pulls the water of", ["Bob Ray", "Ann Lee"]), ("</td></details>", [HOSTILE]),
            ("evidence for", []), ("", ["zoë", "Bob Ray", "Ann Lee", HOSTILE]),
        ):  # fmt: skip
            search.fill(typed)
            assert shown() == names, typed
        search.fill("nobody")
        expect(count).to_have_text("None of 4 answers fits")

        tab.get_by_role("link", name="Bob Ray").first.click()
        expect(tab.locator("#answer-2 .text")).to_be_visible()
        expect(count).to_have_text("4 of 4 answers")
        tab.get_by_role("button", name="Open these").click()
        assert tab.locator(".answer[open]").count() == 4
        # What is marked lies within the words, so that the whole answer still reads as it was written.
        assert HOSTILE in tab.locator("#answer-4 .text").evaluate(
            "text => [...text.childNodes].filter(n => n.nodeName !== 'SUP').map(n => n.textContent).join('')"
        )
        assert tab.evaluate("document.documentElement.scrollWidth") == 390
        assert tab.title() == "Class report"
        assert set(happened) == {address}
        browser.close()


def test_without_scripts_everything_can_be_read(page: str, tmp_path: Path, chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        tab = browser.new_page(java_script_enabled=False)
        tab.goto((tmp_path / "report.html").as_uri())
        assert not tab.locator("#filters").is_visible()
        tab.locator("#answer-1 > summary").click()
        assert tab.locator("#answer-1 .text").is_visible()
        browser.close()
