"""What looks like a control token of a chat template, made into text.

A server puts a prompt into its model's chat template and tokenizes the whole, so that ``<|im_end|>``
in an answer may end the message that it stands in. A reader sees hardly any change; a tokenizer does.
"""

import re

_TAG_NAMES = r"s|pad|unk|bos|eos|mask|sep|cls|eod|think|thinking|tools|image|audio|video|\w+_\w+|unused\d+"
_BRACKET_NAMES = (
    r"g?mask|sop|inst|img|cls|sep|pad|unk|think|audio|args|prefix|middle|suffix|call_id|model_settings"
    r"|available_tools|system_prompt|tool_(?:calls|results|content)"
)
_OPENING = re.compile(
    r"[<＜﹤](?=[|｜])"  # ChatML and Llama 3: <|im_start|>; DeepSeek writes it with wide bars
    rf"|[<＜﹤](?=/?(?:{_TAG_NAMES})[>＞﹥])"  # <s>, <think>, Gemma's <start_of_turn>
    r"|[<＜﹤](?=[<＜﹤]/?SYS[>＞﹥])"  # Llama 2: <<SYS>>
    rf"|[\[［](?=/?(?:{_BRACKET_NAMES})[\]］])",  # Llama 2 and Mistral: [INST], [/INST]
    re.IGNORECASE,
)
"""The sign that opens a control token of a model family that servers run, as what follows it shows.

Wide forms of the signs are among them, since some tokenizers make them narrow first.
"""

_DEFUSED = "‹"


def defused(text: str) -> str:
    """Break the first sign of whatever looks like a control token.

    Args:
        text: anything that goes into a prompt.

    Returns:
        A text of the same length, in which nothing looks like a control token; the same text if nothing
        did before.
    """
    return _OPENING.sub(_DEFUSED, text)
