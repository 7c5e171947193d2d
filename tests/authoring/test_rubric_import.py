import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.authoring.rubric_import import Imported, import_rubric
from grader.bank import KeyPoint, Misconception, Question
from grader.errors import UserError
from grader.rubric_files import read_rubric

FACT = {"weight": 10.0, "requirement": "The moon pulls the water of the sea."}
STYLE = {"weight": 5, "requirement": "Response is concise"}
ERROR = {"weight": -3, "requirement": "Incorrectly claims that the wind causes the tides"}


def imported(folder: Path, data: Any, name: str = "tides.json", question: str | None = "Why?") -> Imported:
    path = folder / name
    text = json.dumps(data, indent=1) if name.endswith(".json") else yaml.safe_dump(data, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return import_rubric(path, question=question)


def key_points(made: Imported) -> list[KeyPoint]:
    return [entry.proposition for entry in made.rubric.key_points if isinstance(entry.proposition, KeyPoint)]


def misconceptions(made: Imported) -> list[Misconception]:
    found = [entry.proposition for entry in made.rubric.misconceptions]
    return [proposition for proposition in found if isinstance(proposition, Misconception)]


@pytest.mark.parametrize("name", ["tides.json", "tides.yaml", "tides.yml"])
@pytest.mark.parametrize(
    "data",
    [
        [FACT, STYLE, ERROR],
        [{"name": "Facts", "criteria": [FACT]}, {"criteria": [STYLE, ERROR]}],
        [FACT, {"title": "Rest", "criteria": [STYLE, ERROR]}],
        {"criteria": [FACT, STYLE, ERROR]},
        {"sections": [{"criteria": [FACT, STYLE]}, {"criteria": [ERROR]}]},
        {"rubric": [FACT, STYLE, ERROR]},
        {"rubric": {"criteria": [FACT, STYLE, ERROR]}},
        {"rubric": {"sections": [{"criteria": [FACT]}, {"criteria": [STYLE, ERROR]}]}},
        {"name": "tides", "prompt": "Why?", "rubric": [FACT, STYLE, ERROR]},
    ],
)
def test_every_form_that_the_libraries_read_gives_the_same_rubric(
    tmp_path: Path, data: Any, name: str
) -> None:
    made = imported(tmp_path, data, name)
    assert made.remarks == ()
    assert [(point.text, point.weight) for point in key_points(made)] == [
        (FACT["requirement"], 10.0),
        (STYLE["requirement"], 5.0),
    ]
    (wrong,) = misconceptions(made)
    assert (wrong.text, wrong.penalty) == ("The wind causes the tides", 0.2)
    assert (made.rubric.id, made.rubric.question) == ("tides", "Why?")


def test_a_penalty_is_what_the_weight_took_off_the_score_and_at_most_1(tmp_path: Path) -> None:
    made = imported(
        tmp_path,
        [
            FACT,
            STYLE,
            ERROR,
            {"weight": -1, "requirement": "Sun only"},
            {"weight": -99, "requirement": "No moon"},
        ],
    )
    assert [wrong.penalty for wrong in misconceptions(made)] == [0.2, 0.0667, 1.0]


def test_equal_weights_become_the_default_and_a_missing_one_is_autorubrics(tmp_path: Path) -> None:
    made = imported(tmp_path, [FACT, {"requirement": "The earth turns."}])
    assert [point.weight for point in key_points(made)] == [1.0, 1.0]
    made = imported(tmp_path, [STYLE, {"requirement": "The earth turns."}])
    assert [point.weight for point in key_points(made)] == [5.0, 10.0]


def test_names_become_ids_and_texts_give_the_others(tmp_path: Path) -> None:
    made = imported(
        tmp_path,
        [
            {**FACT, "name": "Core_Charge"},
            {**STYLE, "name": "core charge"},
            {**FACT, "id": "moon", "name": "x"},
            FACT,
        ],
    )
    assert [point.id for point in key_points(made)] == [
        "core-charge",
        "core-charge-2",
        "moon",
        "moon-pulls-water",
    ]


@pytest.mark.parametrize(
    ("requirement", "text"),
    [
        ("States that the moon pulls the sea", "The moon pulls the sea"),
        ("The response correctly explains that tides come twice a day", "Tides come twice a day"),
        ("Falsely asserts the sun does it all", "The sun does it all"),
        ("The moon pulls the sea that surrounds it", "The moon pulls the sea that surrounds it"),
        ("Claims damages", "Claims damages"),
    ],
)
def test_what_an_answer_should_state_becomes_the_statement(
    tmp_path: Path, requirement: str, text: str
) -> None:
    made = imported(tmp_path, [{"weight": 1, "requirement": requirement}])
    (entry,) = made.rubric.key_points
    assert entry.proposition.text == text
    assert (f"Was: {requirement}" in entry.notes) == (text != requirement)


@pytest.mark.parametrize(
    "requirement", ["Response is concise", "Mentions the moon", "Correctly cites Newton"]
)
def test_a_criterion_about_the_answer_is_noted(tmp_path: Path, requirement: str) -> None:
    (entry,) = imported(tmp_path, [{"weight": 1, "requirement": requirement}]).rubric.key_points
    assert entry.notes[0].startswith("Speaks about the answer")


def test_a_plain_proposition_is_not_noted(tmp_path: Path) -> None:
    texts = ["Each tree is trained on a sample.", "Tides are caused by the moon.", "The moon is near."]
    made = imported(tmp_path, [{"weight": 1, "requirement": text} for text in texts])
    assert [entry.notes for entry in made.rubric.key_points] == [(), (), ()]


def test_what_cannot_be_carried_over_is_said_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "tides.yaml"
    path.write_text(
        "prompt: Why?\n"
        "guidelines: Be kind.\n"
        "criteria:\n"
        "  - requirement: How clear is it?\n"
        "    weight: 2\n"
        "    options: [{label: dim, value: 0}, {label: clear, value: 1}]\n"
        "    scale_type: ordinal\n"
        "  - {requirement: The moon pulls., weight: 1, type: binary}\n"
        "  - {requirement: The sun pulls., weight: 0, type: binary}\n"
        "items: []\n"
    )
    made = import_rubric(path)
    assert [remark.removeprefix(str(path)) for remark in made.remarks] == [
        ":2: 'guidelines' is not carried over; a key point has to say all that is asked of it",
        ":4: 'How clear is it?' has a scale of 2 options; it becomes a key point, which is met or not",
        ":8: 'type' is not carried over (2 times)",
        ":9: 'The sun pulls.' has the weight 0 and is left out",
        ":10: 'items' is not carried over; golden answers have files of their own, golden/ID.yaml",
    ]
    assert made.rubric.key_points[0].notes[0].startswith("A question")
    assert "dim; clear" in made.rubric.key_points[0].notes[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1: the file is empty"),
        ("- a\n- b", "1: a criterion is a mapping"),
        ("just words", "1: this is no list of criteria"),
        ("name: tides\nweights: []", "1: expected a list of criteria"),
        ("criteria: all", "1: 'criteria' is no list of criteria"),
        ("rubric:\n  rubric:\n    rubric: []", "3: 'rubric' is no list of criteria"),
        ("rubric: &a\n  rubric: *a", "'rubric' is no list of criteria"),
        ("[]", "1: there are no criteria here"),
        ("- criteria: []", "1: there are no criteria here"),
        ("- weight: 1\n", "1: this criterion has no `requirement`"),
        ("- requirement: a\n- requirement: '!'\n", "2: this `requirement` has no words"),
        ("- requirement:\n    - a\n", "2: 'requirement' is a list or mapping"),
        ("- requirement: a\n  weight: heavy\n", "2: the weight is 'heavy'; it should be a number"),
        ("- requirement: a\n  weight: .nan\n", "2: the weight is '.nan'"),
        ("- requirement: a\n  weight: 1e999\n", "2: the weight is '1e999'"),
        ("- requirement: a\n  weight: [1]\n", "2: the weight is a list or mapping"),
        ("- requirement: a\n  options: all\n", "2: the `options` of a criterion are a list"),
        ("- criteria:\n    - criteria: []\n", "2: the `criteria` of a section"),
        ("- requirement: a\n  weight: -1\n", "1: no criterion has a weight above 0"),
        ("- requirement: [a", "1: this is not YAML: "),
    ],
)
def test_a_faulty_file_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "tides.yaml"
    path.write_text(text)
    with pytest.raises(UserError) as raised:
        import_rubric(path, question="Why?")
    assert message in str(raised.value)
    assert str(raised.value).startswith(f"{path}:")
    assert "\n" not in str(raised.value)


def test_faulty_json_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "tides.json"
    path.write_text('[\n  {"requirement": "a",}\n]')
    with pytest.raises(UserError, match=r"tides\.json:2: this is not JSON: "):
        import_rubric(path, question="Why?")


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        import_rubric(tmp_path / "nowhere.json", question="Why?")
    with pytest.raises(UserError, match="directory"):
        import_rubric(tmp_path, question="Why?")
    (tmp_path / "latin.yaml").write_bytes(b"- requirement: ok\n- requirement: \xe9\n")
    with pytest.raises(UserError, match=r"latin\.yaml:2: not UTF-8"):
        import_rubric(tmp_path / "latin.yaml", question="Why?")


def test_without_a_question_it_says_how_to_give_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--question"):
        imported(tmp_path, [FACT], question=None)


def test_json_with_tabs_escapes_and_halves_of_characters_is_read(tmp_path: Path) -> None:
    path = tmp_path / "tides.json"
    path.write_text(
        '\ufeff[\n\t{"weight":1e0,"requirement":"a\\/b \\ud83c\\udf32 \\u00e9\\n c"}\n]', encoding="utf-8"
    )
    (point,) = key_points(import_rubric(path, question="Why?"))
    assert point.text == "a/b 🌲 é c"


CRITERIA = st.lists(
    st.fixed_dictionaries(
        {"requirement": st.text(max_size=60), "weight": st.integers(-20, 20) | st.floats(-5, 5)},
        optional={"name": st.none() | st.text(max_size=20), "id": st.text(max_size=9)},
    ),
    max_size=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=CRITERIA, name=st.sampled_from(["tides.json", "tides.yaml"]))
def test_any_criteria_are_imported_into_a_sound_rubric_or_refused(
    tmp_path: Path, data: list[dict[str, Any]], name: str
) -> None:
    try:
        made = imported(tmp_path, data, name)
    except UserError:
        return
    path = tmp_path / "out" / "tides.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(made.rubric.to_yaml(), encoding="utf-8")
    question = read_rubric(path, Question, "reference")
    assert len(question.key_points) == sum(one["weight"] > 0 for one in data)
    assert len(question.misconceptions) == sum(one["weight"] < 0 for one in data)
