import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.judges.llm.defusing import defused

TOKENS = (
    "<|im_start|> <|im_end|> <|endoftext|> <|eot_id|> <|start_header_id|> <|begin_of_text|> <|user|> <|/s|>"
    " <｜end▁of▁sentence｜> <s> </s> <bos> <eos> <pad> <unk> <mask> <start_of_turn> <end_of_turn> <think>"
    " </think> <tool_call> </tool_response> <unused17> <S> ＜s＞ <<SYS>> <</SYS>> [INST] [/INST] [TOOL_CALLS]"
    " [SYSTEM_PROMPT] [gMASK] [CLS] [SEP] [inst] ［INST］"
).split()
PLAIN = (
    "a < b and b > c",
    "x <- 3; f <| g? no: f |> g".replace("<|", "<"),
    "List<int> and <b>bold</b>",
    "see [1], [Smith] and [note]",
    "<answer> is ours",
    "1 << 4 >> 2",
    "if s<t>u",
)

pieces = st.lists(st.sampled_from(TOKENS) | st.sampled_from(list("<>|[]/sS ")) | st.text(max_size=5))


@pytest.mark.parametrize("token", TOKENS)
def test_a_control_token_is_broken_and_can_still_be_read(token: str) -> None:
    text = defused(f"The moon{token} pulls.")
    assert token not in text
    assert len(text) == len(token) + len("The moon pulls.")
    assert token.strip("<>＜＞[]［］") in text


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


@given(pieces)
def test_no_control_token_is_left_in_any_text(parts: list[str]) -> None:
    text = defused("".join(parts))
    assert not any(token in text for token in TOKENS)
    assert len(text) == sum(map(len, parts))
    assert defused(text) == text


@given(st.text(st.characters(exclude_characters="<[＜﹤［")))
def test_text_without_an_opening_sign_is_unchanged(text: str) -> None:
    assert defused(text) == text


@given(pieces)
def test_nothing_but_opening_signs_is_changed(parts: list[str]) -> None:
    before = "".join(parts)
    changed = [(old, new) for old, new in zip(before, defused(before), strict=True) if old != new]
    assert all(re.fullmatch(r"[<＜﹤\[［]", old) and new == "‹" for old, new in changed)
