from eval.contrast_answers import contrast_answers
from eval.training.contrast_set import labelled_texts, load_contrast_set


def test_each_text_is_there_once_with_its_questions_propositions() -> None:
    answers = contrast_answers("dev")
    fields = load_contrast_set("dev")
    known = {(q.question, text) for f in fields for q, _, text, _, _ in labelled_texts(f)}
    assert {(answer.question.question, answer.text) for answer, _ in answers} == known
    assert len(answers) == len(known)


def test_only_what_supports_a_proposition_scores() -> None:
    for answer, kind in contrast_answers("dev"):
        if kind in ("terms", "vague", "neighbour", "negation", "reversal"):
            assert set(answer.scores) == {0.0}
        if kind == "paraphrase":
            assert answer.scores.count(1.0) == 1
            assert answer.scores.count(0.0) == len(answer.scores) - 1
