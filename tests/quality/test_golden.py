from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import Bank, UserError
from grader.quality.golden import GoldenQuestion, Label, load_golden

GOLDEN = """\
question: tides
held_out: true
answers:
  - id: strong-1
    tags: [strong]
    text: |
      The moon pulls.
    covers: [moon]
    partly: []
    contradicts: [twice]
    misconceptions: []
    grade: 0.5
  - id: wind
    tags: [misconception]
    text: The wind does it, now and then.
    covers: []
    partly: [twice]
    misconceptions: [wind]
    grade: 0
"""


@pytest.fixture
def bank(make_bank: Callable[..., Path]) -> Bank:
    return Bank.open(make_bank())


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes one file of golden answers and returns its folder."""

    def write(content: str = GOLDEN, name: str = "tides.yaml") -> Path:
        folder = tmp_path / "golden"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
        return folder

    return write


def only(questions: tuple[GoldenQuestion, ...]) -> GoldenQuestion:
    (question,) = questions
    return question


def test_a_file_is_read_with_its_question_and_its_half(bank: Bank, write: Callable[..., Path]) -> None:
    golden = only(load_golden(write(), bank))
    assert golden.question == bank["tides"]
    assert golden.held_out
    assert golden.path.name == "tides.yaml"
    assert [answer.id for answer in golden.answers] == ["strong-1", "wind"]
    assert golden.answers[0].text == "The moon pulls.\n"
    assert golden.answers[1].misconceptions == ("wind",)
    assert [answer.grade for answer in golden.answers] == [0.5, 0.0]


def test_a_key_point_has_one_label(bank: Bank, write: Callable[..., Path]) -> None:
    first, second = only(load_golden(write(), bank)).answers
    assert [first.label(point) for point in ("moon", "twice")] == [Label.COVERED, Label.CONTRADICTED]
    assert [second.label(point) for point in ("moon", "twice")] == [Label.NOT_STATED, Label.PARTLY]


def test_a_file_is_for_fitting_if_it_does_not_say_otherwise(bank: Bank, write: Callable[..., Path]) -> None:
    assert not only(load_golden(write(GOLDEN.replace("held_out: true\n", "")), bank)).held_out


@pytest.mark.parametrize(
    ("old", "new", "line", "complaint"),
    [
        ("held_out: true", "heldout: true", 2, "unknown key 'heldout'; did you mean 'held_out'?"),
        ("held_out: true", "held_out: maybe", 2, "held_out should be a valid boolean, not 'maybe'"),
        ("    partly: []", "    partially: []", 9, "unknown key 'partially'; did you mean 'partly'?"),
        ("covers: [moon]", "covers: [mon]", 8, "'tides' has no key point 'mon'; did you mean 'moon'?"),
        ("covers: [moon]", "covers: [xyz]", 8, "has no key point 'xyz'; known here: moon, twice"),
        ("covers: [moon]", "covers: [wind]", 8, "no key point 'wind'; that is a misconception"),
        ("contradicts: [twice]", "contradicts: [twise]", 10, "answers.1.contradicts.1: 'tides' has no"),
        ("partly: [twice]", "partly: [twcie]", 17, "answers.2.partly.1: 'tides' has no key point 'twcie'"),
        ("misconceptions: [wind]", "misconceptions: [wnd]", 18, "misconception 'wnd'; did you mean 'wind'"),
        ("misconceptions: [wind]", "misconceptions: [moon]", 18, "'moon'; that is a key point"),
        ("partly: []", "partly: [moon]", 9, "answers.1.partly.1: the key point 'moon' is labelled twice"),
        ("partly: [twice]", "partly: [twice, twice]", 17, "key point 'twice' is labelled twice"),
        ("[wind]\n", "[wind, wind]\n", 18, "misconception 'wind' is labelled twice"),
        ("  - id: wind", "  - id: strong-1", 13, "the id 'strong-1' is used twice"),
        ("  - id: wind", "  - id: Wind!", 13, "an id is lower-case words joined by hyphens"),
        ("grade: 0.5", "grade: 1.5", 12, "less than or equal to 1, not 1.5"),
        ("grade: 0.5", "grade: .nan", 12, "answers.1.grade"),
        ("grade: 0.5", "grade: good", 12, "valid number, not 'good'"),
        ("    grade: 0.5\n", "", 4, "answers.1.grade is missing"),
        ("    covers: []\n", "", 13, "answers.2.covers is missing"),
        ("question: tides", "question: tide", 1, "but the file is named 'tides'; make them the same"),
        ("tags: [strong]", "tags: [strong", 6, "not YAML"),
        ("tags: [strong]", "tags: &a [strong]\n    covers: *a", 5, "golden answers has no YAML anchors"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(
    bank: Bank, write: Callable[..., Path], old: str, new: str, line: int, complaint: str
) -> None:
    assert old in GOLDEN
    folder = write(GOLDEN.replace(old, new, 1))
    with pytest.raises(UserError) as raised:
        load_golden(folder, bank)
    message = str(raised.value)
    assert message.startswith(f"{folder / 'tides.yaml'}:{line}: ")
    assert complaint in message
    assert "\n" not in message


def test_answers_to_a_question_that_the_bank_lacks_are_refused(
    bank: Bank, write: Callable[..., Path]
) -> None:
    folder = write(GOLDEN.replace("question: tides", "question: tiles"), "tiles.yaml")
    with pytest.raises(UserError, match=r"tiles\.yaml:1: no question 'tiles' .*did you mean tides\?"):
        load_golden(folder, bank)


def test_a_fault_of_the_rubric_is_said_of_the_rubric(
    make_bank: Callable[..., Path], write: Callable[..., Path]
) -> None:
    bank = Bank.open(make_bank("id: tides\n"))
    with pytest.raises(UserError, match=r"rubrics.tides\.yaml:1: "):
        load_golden(write(), bank)


def test_a_file_without_answers_is_refused(bank: Bank, write: Callable[..., Path]) -> None:
    with pytest.raises(UserError, match=r"tides\.yaml:2: answers is empty; .* at least one"):
        load_golden(write("question: tides\nanswers: []\n"), bank)


def test_one_question_is_read_without_the_other_files(bank: Bank, write: Callable[..., Path]) -> None:
    write("not golden answers", "tiles.yaml")
    assert only(load_golden(write(), bank, "tides")).question.id == "tides"


def test_a_question_without_golden_answers_has_none(bank: Bank, write: Callable[..., Path]) -> None:
    folder = write()
    (folder / "tides.yaml").unlink()
    assert load_golden(folder, bank, "tides") == ()


def test_a_question_to_read_must_be_one_of_the_bank(bank: Bank, write: Callable[..., Path]) -> None:
    with pytest.raises(UserError, match="did you mean tides"):
        load_golden(write(), bank, "tide")


def test_a_folder_that_is_missing_or_holds_nothing_is_refused(
    bank: Bank, tmp_path: Path, write: Callable[..., Path]
) -> None:
    with pytest.raises(UserError, match="no such folder"):
        load_golden(tmp_path / "nowhere", bank)
    with pytest.raises(UserError, match="no golden answers here"):
        load_golden(write("", "notes.txt"), bank)


def test_a_file_of_another_ending_is_not_passed_over(bank: Bank, write: Callable[..., Path]) -> None:
    with pytest.raises(UserError, match=r"rename it to tides\.yaml"):
        load_golden(write(name="tides.yml"), bank)


@given(st.text(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_any_text_is_a_complaint_in_one_line(bank: Bank, write: Callable[..., Path], content: str) -> None:
    folder = write()
    (folder / "tides.yaml").write_bytes(content.encode("utf-8", errors="surrogatepass"))
    with pytest.raises(UserError) as raised:
        load_golden(folder, bank)
    assert len(str(raised.value).splitlines()) == 1
