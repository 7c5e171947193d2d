from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import Bank, Grader, UserError
from grader.classes.batch import Keys
from grader.grading import Ungraded
from grader.results import FILE, GradeKey, Results
from grader.submissions import Place, Problem, Submission
from tests.test_grading import FakeJudge


@pytest.fixture
def fake(make_bank: Callable[..., Path]) -> Grader:
    return Grader(Bank.open(make_bank()), FakeJudge())


def submission(student: str, text: str, row: int = 2) -> Submission:
    return Submission(student, student.title(), "tides", text, Place("a.csv", row), "origin")


def take_in(results: Results, grader: Grader, *entries: Submission | Problem) -> tuple[int, int, int, int]:
    return results.take_in(Keys(grader).keyed(entries))


def grade_all(results: Results, grader: Grader) -> None:
    keys = Keys(grader)
    for answer in list(results.outstanding()):
        results.add([(keys.key(answer.question, answer.text), grader.grade(answer.question, answer.text))])


def test_what_goes_in_comes_out_in_the_sources_order(tmp_path: Path, fake: Grader) -> None:
    entries = (submission("zoe", "0.9"), Problem(Place("a.csv", 3), "no"), submission("ann", "0.1", 4))
    with Results.open(tmp_path / "out") as results:
        assert take_in(results, fake, *entries) == (2, 2, 1, 2)
        assert list(results.graded()) == []
        grade_all(results, fake)
        graded = list(results.graded())
        assert [each.submission for each in graded] == [entries[0], entries[2]]
        assert [each.grade for each in graded] == [fake.grade("tides", "0.9"), fake.grade("tides", "0.1")]
        assert [student for student, _ in results.by_student()] == ["ann", "zoe"]
        assert list(results.problems()) == [entries[1]]


def test_an_answer_given_twice_is_judged_once(tmp_path: Path, fake: Grader) -> None:
    with Results.open(tmp_path) as results:
        assert take_in(results, fake, *(submission(name, "0.5") for name in ("a", "b", "a"))) == (3, 1, 0, 1)
        grade_all(results, fake)
        assert [each.id for each in results.graded()] == ["a/tides", "b/tides", "a/tides#2"]


def test_only_what_is_new_or_changed_is_outstanding_later(
    tmp_path: Path, fake: Grader, make_bank: Callable[..., Path]
) -> None:
    first = [submission("a", "0.5"), submission("b", "0.6")]
    with Results.open(tmp_path) as results:
        take_in(results, fake, *first)
        grade_all(results, fake)
        assert take_in(results, fake, *first) == (2, 2, 0, 0)
        assert take_in(results, fake, submission("c", "0.7"), *first) == (3, 3, 0, 1)

    other_judge = FakeJudge()
    other_judge.version = "2"
    with Results.open(tmp_path) as results:
        assert take_in(results, Grader(Bank.open(make_bank()), other_judge), *first)[-1] == 2
        assert take_in(results, fake, *first)[-1] == 0

    rubric = (make_bank() / "rubrics" / "tides.yaml").read_text().replace("twice a day", "every day")
    changed = Grader(Bank.open(make_bank(rubric)), FakeJudge())
    with Results.open(tmp_path) as results:
        assert take_in(results, changed, *first)[-1] == 2


def test_fresh_results_forget_what_was_graded(tmp_path: Path, fake: Grader) -> None:
    with Results.open(tmp_path) as results:
        take_in(results, fake, submission("a", "0.5"))
        grade_all(results, fake)
    with Results.open(tmp_path, fresh=True) as results:
        assert take_in(results, fake, submission("a", "0.5"))[-1] == 1


def test_a_source_that_fails_half_way_leaves_everything_as_it_was(tmp_path: Path, fake: Grader) -> None:
    def failing() -> Iterator[Submission]:
        yield submission("b", "0.1")
        raise UserError("broken")

    with Results.open(tmp_path) as results:
        take_in(results, fake, submission("a", "0.5"))
        grade_all(results, fake)
        with pytest.raises(UserError, match="broken"):
            results.take_in(Keys(fake).keyed(failing()))
        assert [each.id for each in results.graded()] == ["a/tides"]


def test_an_answer_that_cannot_be_graded_is_a_problem(
    tmp_path: Path, make_bank: Callable[..., Path], fake: Grader
) -> None:
    folder = make_bank()
    (folder / "rubrics" / "broken.yaml").write_text("id: 3")
    grader = Grader(Bank.open(folder), FakeJudge())
    entries = [
        submission("a", "x" * 100_001),
        Submission("b", "b", "broken", "0.5", Place("a.csv", 3)),
        submission("c", "0.5"),
    ]
    with Results.open(tmp_path / "out") as results:
        assert take_in(results, grader, *entries) == (1, 1, 2, 1)
        too_long, broken = results.problems()
        assert "100,001 characters" in too_long.reason
        assert "broken.md" in broken.reason


def test_an_answer_without_a_grade_is_a_problem_of_all_who_gave_it_until_it_gets_one(
    tmp_path: Path, fake: Grader
) -> None:
    entries = (
        submission("ann", "0.5", 2),
        Problem(Place("a.csv", 3), "no"),
        submission("ben", "0.6", 4),
        submission("cem", "0.5", 5),
    )
    key = Keys(fake).key("tides", "0.5")
    reason = "the judge could not score any key point of this answer"
    with Results.open(tmp_path) as results:
        take_in(results, fake, *entries)
        results.add([(key, Ungraded(reason)), (Keys(fake).key("tides", "0.6"), fake.grade("tides", "0.6"))])
        assert [(each.place.row, each.reason) for each in results.problems()] == [
            (2, reason), (3, "no"), (5, reason)
        ]  # fmt: skip
        assert results.count_problems() == 3
        assert [each.id for each in results.graded()] == ["ben/tides"]
    with Results.open(tmp_path) as results:
        assert results.count_problems() == 3
        assert take_in(results, fake, *entries) == (3, 2, 1, 1)
        assert results.count_problems() == 1
        results.add([(key, Ungraded(reason))])
        results.add([(key, fake.grade("tides", "0.5"))])
        assert results.count_problems() == 1


def test_the_shortest_answers_come_first_and_all_pages_are_read(tmp_path: Path, fake: Grader) -> None:
    texts = [f"0.{'1' * (1 + i % 300)}" for i in range(900)]
    with Results.open(tmp_path) as results:
        take_in(results, fake, *(submission(f"s{i}", text) for i, text in enumerate(texts)))
        outstanding = [answer.text for answer in results.outstanding()]
        assert outstanding == sorted(set(texts), key=len)


def test_a_second_run_on_the_same_folder_is_told_that_one_is_at_work(tmp_path: Path) -> None:
    with (
        Results.open(tmp_path),
        pytest.raises(UserError, match="another `grade batch` is at work here"),
        Results.open(tmp_path),
    ):
        pass
    with Results.open(tmp_path):
        pass


def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("no database, but long enough to be taken for one. " * 40)
    with pytest.raises(UserError, match="not a database"), Results.open(tmp_path):
        pass


def test_a_disk_that_is_full_keeps_what_was_graded_before(tmp_path: Path, fake: Grader) -> None:
    with Results.open(tmp_path) as results:
        take_in(results, fake, submission("a", "0.5"))
        grade_all(results, fake)

    def fill() -> None:
        with Results.open(tmp_path) as results:
            pages = results._connection.execute("PRAGMA page_count").fetchone()[0]
            results._connection.execute(f"PRAGMA max_page_count = {pages}")
            take_in(results, fake, *(submission(f"s{i}", f"0.{i}" + "1" * 5000) for i in range(50)))

    with pytest.raises(UserError, match="full"):
        fill()
    with Results.open(tmp_path) as results:
        assert [each.id for each in results.graded()] == ["a/tides"]


def test_half_characters_in_a_text_do_not_stop_the_class(tmp_path: Path, fake: Grader) -> None:
    with Results.open(tmp_path) as results:
        assert take_in(results, fake, submission("a\ud800", "0.5"))[0] == 1
        assert [answer.text for answer in results.outstanding()] == ["0.5"]


def test_a_key_changes_with_each_of_its_parts() -> None:
    key = GradeKey("pca", "1", "2", "judge 1")
    changed = [key._replace(**{field: "x"}) for field in key._fields]
    assert len({each.digest for each in (key, *changed)}) == 5
