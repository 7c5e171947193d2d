import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.bank import KeyPoint, Question
from grader.judges import Task, Verdict
from grader.judges.llm.causal import CausalJudge
from grader.judges.llm.explanations import Writer, explain, first_sentence, quotes_only
from grader.passages import Answer, Passage

ANSWER = "High water comes once a day, since the sun heats the sea."
POINT = KeyPoint(id="twice", text="High water comes about twice a day.")
NEAREST = Passage("High water comes once a day", 0, 27)
TASK = Task(
    Question(id="tides", question="Tides?", topic="sea", key_points=(POINT,), reference_answer="Twice."),
    Answer.of(ANSWER),
)


class Scripted:
    """Writes what it is told to."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.shown = ""

    def write(self, task: Task, own: str) -> str:
        self.shown = own
        return self.text


def explained(text: str, verdict: Verdict = Verdict.MISSED, nearest: Passage | None = NEAREST) -> str:
    return explain(Scripted(text), TASK, POINT, verdict, nearest)


def test_the_models_sentence_is_passed_on_where_its_quotation_is_in_the_answer() -> None:
    sentence = 'You write "high water comes  once a day", but it comes twice.'
    assert explained(sentence) == sentence.replace("  ", " ")


@pytest.mark.parametrize(
    "text",
    [
        'You write "high water never comes", which is wrong.',
        "You write “the tide turns at noon”.",
        "",
        "no end",
        "word " * 500 + ".",
    ],
)
def test_an_invented_quotation_and_idle_talk_are_not_passed_on(text: str) -> None:
    said = explained(text)
    assert (
        said == "What comes nearest in your answer is “High water comes once a day”, which does not say it."
    )


def test_where_the_passage_is_shown_as_evidence_nothing_is_said_by_rule() -> None:
    assert explained("", Verdict.PARTIAL) == ""


def test_only_the_first_sentence_is_kept() -> None:
    assert first_sentence('It says "once a day." That is wrong. Really.') == 'It says "once a day."'


def test_where_nothing_comes_near_this_is_said() -> None:
    assert explained("", nearest=None) == "Nothing in your answer comes near this."


def test_the_verdict_is_told_to_the_model() -> None:
    writer = Scripted("")
    explain(writer, TASK, POINT, Verdict.CONTRADICTED, None)
    assert "says the contrary" in writer.shown


@given(st.text(), st.sampled_from(list(Verdict)[:4]))
def test_whatever_a_model_writes_quotes_the_answer_only(text: str, verdict: Verdict) -> None:
    if verdict is not Verdict.COVERED:
        said = explained(text, verdict)
        assert quotes_only(said, ANSWER)
        assert "\n" not in said


@pytest.mark.xdist_group("language-model")
def test_a_language_model_can_write(small_judge: CausalJudge) -> None:
    assert isinstance(small_judge, Writer)
    assert quotes_only(explain(small_judge, TASK, POINT, Verdict.MISSED, NEAREST), ANSWER)
