from eval.marked_answers import marked_answers
from eval.training.marked_set import load_marked_set


def test_each_answer_comes_once_with_a_score_for_each_key_point() -> None:
    answers = marked_answers("dev")
    questions = [question for field in load_marked_set("dev") for question in field.questions]
    assert len(answers) == sum(len(question.answers) for question in questions)
    for answer in answers:
        assert len(answer.scores) == len(answer.question.key_points)
        assert "{" not in answer.text
        assert set(answer.scores) <= {0.0, 0.5, 1.0}
