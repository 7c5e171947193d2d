from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from grader.authoring.rubric_writer import WIDTH, Entry, RubricText, write_new
from grader.bank import KeyPoint, Misconception, Question, Text
from grader.errors import UserError
from grader.rubric_files import read_rubric

STRIPPED = TypeAdapter(Text)  # as the bank's reader strips texts
TEXTS = (
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)
    .filter(lambda text: any(map(str.isalnum, text)))
    .map(STRIPPED.validate_python)
)
NOTES = st.lists(st.text(max_size=200), max_size=3).map(tuple)
IDS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
WEIGHTS = st.floats(min_value=0, exclude_min=True, allow_infinity=False, allow_nan=False)
KEY_POINTS = st.builds(
    KeyPoint,
    id=IDS,
    text=TEXTS,
    weight=WEIGHTS,
    required=st.booleans(),
    examples=st.lists(TEXTS, max_size=2).map(tuple),
)
MISCONCEPTIONS = st.builds(Misconception, id=IDS, text=TEXTS, penalty=st.floats(0, 1))


@st.composite
def rubrics(draw: st.DrawFn) -> RubricText:
    key_points = draw(st.lists(KEY_POINTS, min_size=1, max_size=3, unique_by=lambda point: point.id))
    taken = {point.id for point in key_points}
    wrong = st.lists(
        MISCONCEPTIONS.filter(lambda one: one.id not in taken), max_size=2, unique_by=lambda one: one.id
    )
    return RubricText(
        id=draw(IDS),
        question=draw(TEXTS),
        topic=draw(TEXTS),
        kind=draw(st.sampled_from(["knowledge", "experience"])),
        key_points=tuple(Entry(point, draw(NOTES)) for point in key_points),
        misconceptions=tuple(Entry(one, draw(NOTES)) for one in draw(wrong)),
        header=draw(NOTES),
        misconception_notes=draw(NOTES),
        footer=draw(NOTES),
    )


def small(text: str = "The moon pulls the sea.", *notes: str) -> RubricText:
    return RubricText("tides", "Why?", "oceans", "knowledge", (Entry(KeyPoint(id="moon", text=text), notes),))


def read_back(rubric: RubricText, folder: Path) -> Question:
    path = folder / f"{rubric.id}.yaml"
    path.write_bytes(rubric.to_yaml().encode())
    return read_rubric(path, Question, "reference")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rubric=rubrics())
@example(rubric=small("null"))
@example(rubric=small("- a: b # c"))
@example(rubric=small("next\x85line\u2028and\u2029another\ttab \x07 bell"))
@example(rubric=small("two  spaces  stay " * 20 + "so"))
@example(rubric=small("no\u00a0break\u00a0space " * 20 + "x"))
@example(rubric=small("🌲 été Ω " * 30 + "x"))
@example(rubric=small("a" * 500))
@example(rubric=small("%not a directive, however long it may be " * 5 + "--- a"))
@example(rubric=small("x", "a note\nwith: a break", "\x85", "\u2028id: no"))
def test_what_is_written_reads_back_the_same(rubric: RubricText, tmp_path: Path) -> None:
    question = read_back(rubric, tmp_path)
    assert question.id == rubric.id
    assert question.question == rubric.question
    assert question.topic == rubric.topic
    assert question.kind == rubric.kind
    assert question.key_points == tuple(entry.proposition for entry in rubric.key_points)
    assert question.misconceptions == tuple(entry.proposition for entry in rubric.misconceptions)


def test_defaults_are_left_out_and_notes_stand_above_their_key_point() -> None:
    rubric = RubricText(
        "tides",
        "What causes the tides?",
        "oceans",
        "knowledge",
        (
            Entry(KeyPoint(id="moon", text="The moon pulls the sea.", weight=2, required=True), ("Why?",)),
            Entry(KeyPoint(id="twice", text="Twice: a day.", examples=("Every 12 hours.",))),
        ),
        (
            Entry(Misconception(id="wind", text="The wind does it.")),
            Entry(Misconception(id="no", text="yes", penalty=0.05)),
        ),
        header=("A draft.",),
    )
    assert rubric.to_yaml() == (
        "# A draft.\n"
        "id: tides\n"
        "question: What causes the tides?\n"
        "topic: oceans\n"
        "kind: knowledge\n"
        "key_points:\n"
        "  # Why?\n"
        "  - id: moon\n"
        "    text: The moon pulls the sea.\n"
        "    weight: 2\n"
        "    required: true\n"
        "  - id: twice\n"
        "    text: 'Twice: a day.'\n"
        "    examples:\n"
        "      - Every 12 hours.\n"
        "misconceptions:\n"
        "  - id: wind\n"
        "    text: The wind does it.\n"
        "  - id: 'no'\n"
        "    text: 'yes'\n"
        "    penalty: 0.05\n"
    )


def test_long_texts_and_notes_keep_within_the_width() -> None:
    text = "A long sentence about the moon, the sea and the turning of the earth: " * 5 + "so"
    written = small(text, "A note that goes on. " * 12).to_yaml()
    assert max(map(len, written.splitlines())) <= WIDTH
    assert "text: >-\n" in written


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "rubrics" / "tides.yaml"
    write_new(path, "first é\n")
    with pytest.raises(UserError, match=r"tides\.yaml: this file is there already and is not overwritten"):
        write_new(path, "second\n")
    assert path.read_bytes() == "first é\n".encode()


def test_a_file_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "rubrics").write_text("a file")
    with pytest.raises(UserError, match=r"tides\.yaml: cannot be written: .*"):
        write_new(tmp_path / "rubrics" / "tides.yaml", "text")
