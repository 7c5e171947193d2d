import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UserError
from grader.texts import decode, readable_view

MARKUP = st.text(alphabet="<>/&;#abpdivscript!- \n=\"'x1", max_size=80)


@given(st.one_of(st.text(), MARKUP))
def test_the_view_has_a_character_for_every_character(text: str) -> None:
    assert len(readable_view(text)) == len(text)


@given(st.text(alphabet=st.characters(categories=("L", "N", "Zs")), max_size=60))
def test_plain_words_are_shown_as_they_are(text: str) -> None:
    assert readable_view(text) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<p>many <b>trees</b></p>", "many trees"),
        ("trees &amp; votes", "trees & votes"),
        ("a&nbsp;b &#955; &lt;", "a b λ <"),
        ("<script>alert('x')</script>vote", "vote"),
        ("<style type='text/css'>p { color: red }</style>vote", "vote"),
        ("<!-- hidden --> seen", "seen"),
        ("\x1b[31mred\x1b[0m \u200bword", "[31mred [0m word"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("if a <b and c> d then", "if a <b and c> d then"),
        ("x < y > z & w; &unknown; R&D;", "x < y > z & w; &unknown; R&D;"),
    ],
)
def test_the_view_shows_what_a_reader_sees(text: str, words: str) -> None:
    assert readable_view(text).split() == words.split()


def test_a_block_tag_parts_lines_and_an_inline_tag_does_not() -> None:
    assert "\n" in readable_view("<li>one</li><li>two</li>")
    assert "\n" not in readable_view("one <b>two</b> three")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_usual_encodings_are_read(encoding: str) -> None:
    text = "Naïve Bayes assumes independence – that’s the “naïve” part, for café owners too."
    assert decode(text.encode(encoding), "answer.txt") == text


def test_cyrillic_in_a_single_byte_encoding_is_read() -> None:
    text = "Случайный лес объединяет предсказания многих деревьев решений, и каждое голосует."
    assert decode(text.encode("cp1251"), "answer.txt") == text


def test_line_ends_are_kept() -> None:
    assert decode(b"one\r\ntwo\rthree\n", "answer.txt") == "one\r\ntwo\rthree\n"


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\x00", b"%PDF-1.7\x00\x01", bytes(range(256))])
def test_a_binary_file_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(UserError, match=r"answer\.txt: .*binary") as raised:
        decode(data, "answer.txt")
    assert "\n" not in str(raised.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_one_line_of_complaint(data: bytes) -> None:
    assert_text_or_complaint(data)


def assert_text_or_complaint(data: bytes) -> None:
    try:
        assert isinstance(decode(data, "answer.txt"), str)
    except UserError as complaint:
        lines = str(complaint).splitlines()
    else:
        return
    assert len(lines) == 1
    assert lines[0].startswith("answer.txt: ")
