from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import Bank, UserError
from tests.conftest import RUBRIC

MakeBank = Callable[..., Path]


@pytest.mark.parametrize(
    ("old", "new", "line", "complaint"),
    [
        ("topic: oceans", "tpoic: oceans", 3, "unknown key 'tpoic'; did you mean 'topic'"),
        ("    weight: 2", "    wieght: 2", 8, "unknown key 'wieght'; did you mean 'weight'"),
        ("    weight: 2", "    penalty: 2", 8, "unknown key 'penalty'"),
        ("  - id: twice", "  - id: moon", 10, "'moon' is used twice"),
        ("  - id: wind", "  - id: moon", 13, "'moon' is used twice"),
        ("id: tides", "id: tide", 1, "the id is 'tide', but the file is named 'tides'"),
        ("  - id: twice", "  - id: Twice a day", 10, "an id is lower-case words joined by hyphens"),
        ("    weight: 2", "    weight: 0", 8, "greater than 0"),
        ("    weight: 2", "    weight: -1", 8, "greater than 0"),
        ("    weight: 2", "    weight: .nan", 8, "finite"),
        ("    weight: 2", "    weight: heavy", 8, "valid number"),
        ("    required: true", "    required: 3", 9, "valid boolean"),
        ("kind: knowledge", "kind: knowlege", 4, "'knowledge' or 'experience'"),
        ("question: What causes the tides?", "question:", 2, "question"),
        ("topic: oceans\n", "", 1, "topic is missing"),
        ("  - id: moon\n    text:", "  - text:", 6, "id is missing"),
        ("id: tides", "id: tides\nid: tides", 2, "'id' stands here twice"),
        ("kind: knowledge", "kind: [knowledge", 5, "not YAML"),
        ("kind: knowledge", "\tkind: knowledge", 4, "not YAML"),
        ("topic: oceans", "topic: oceans\nreference_answer: x", 4, "has a file of its own"),
        ("topic: oceans", "topic: &a oceans\nkind: *a", 3, "aliases"),
        ("    weight: 2", "    examples: [one, '']", 8, "needs a letter or a digit"),
        (
            "text: In most places high water comes about twice a day.",
            "text: '???'",
            11,
            "needs a letter or a digit",
        ),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(
    make_bank: MakeBank, old: str, new: str, line: int, complaint: str
) -> None:
    assert old in RUBRIC
    folder = make_bank(RUBRIC.replace(old, new, 1))
    with pytest.raises(UserError) as raised:
        Bank.open(folder)["tides"]
    message = str(raised.value)
    assert message.startswith(f"{folder / 'rubrics' / 'tides.yaml'}:{line}: ")
    assert complaint in message
    assert "\n" not in message


def test_a_rubric_without_key_points_is_refused(make_bank: MakeBank) -> None:
    rubric = RUBRIC[: RUBRIC.index("key_points")] + "key_points: []\n"
    with pytest.raises(UserError, match=r"tides\.yaml:5: .*at least one key point"):
        Bank.open(make_bank(rubric))["tides"]


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "just words\n", "42\n", "? [a]\n: b\n"])
def test_a_file_that_is_no_rubric_is_refused(make_bank: MakeBank, content: str) -> None:
    with pytest.raises(UserError, match=r"tides\.yaml:1: "):
        Bank.open(make_bank(content))["tides"]


def test_a_missing_reference_answer_is_named(make_bank: MakeBank) -> None:
    folder = make_bank()
    (folder / "reference_answers" / "tides.md").unlink()
    with pytest.raises(UserError, match=r"reference_answers.tides\.md: no such file"):
        Bank.open(folder)["tides"]


@pytest.mark.parametrize("content", ["", " \n\t\n"])
def test_an_empty_reference_answer_is_refused(make_bank: MakeBank, content: str) -> None:
    with pytest.raises(UserError, match="the reference answer is empty"):
        Bank.open(make_bank(reference_answer=content))["tides"]


def test_bytes_that_are_not_utf_8_are_named_with_their_line(make_bank: MakeBank) -> None:
    folder = make_bank()
    (folder / "rubrics" / "tides.yaml").write_bytes(RUBRIC.encode().replace(b"oceans", b"oc\xe9ans"))
    with pytest.raises(UserError, match=r"tides\.yaml:3: not UTF-8"):
        Bank.open(folder)["tides"]


def test_words_that_yaml_reads_as_something_else_stay_words(make_bank: MakeBank) -> None:
    rubric = RUBRIC.replace("topic: oceans", "topic: no").replace("id: twice", "id: 2020-01-01")
    question = Bank.open(make_bank(rubric))["tides"]
    assert question.topic == "no"
    assert question.key_points[1].id == "2020-01-01"


@given(st.text(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_rubric_or_a_complaint_in_one_line(make_bank: MakeBank, content: str) -> None:
    folder = make_bank()
    data = content.encode("utf-8", errors="surrogatepass")
    (folder / "rubrics" / "tides.yaml").write_bytes(data)
    with pytest.raises(UserError) as raised:
        Bank.open(folder)["tides"]
    assert len(str(raised.value).splitlines()) == 1
