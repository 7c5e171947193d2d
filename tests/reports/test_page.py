from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from grader.reports.page import hanging

WIDTH = 40


def printed(words: str) -> str:
    out = StringIO()
    Console(width=WIDTH, file=out).print(hanging(Text("✓"), Text(words)))
    return out.getvalue()


@given(st.lists(st.text(alphabet="abc😅日", min_size=1, max_size=60), min_size=1, max_size=12))
def test_no_letter_is_lost_where_a_line_ends_however_wide_it_is(words: list[str]) -> None:
    text = " ".join(words)
    assert "".join(printed(text).split()) == "✓" + "".join(words)
