from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.authoring.proposition_ids import ids_for, slug, words
from grader.authoring.propositions import propositions
from grader.authoring.rubric_draft import MOST_KEY_POINTS, draft_rubric, guessed_kind
from grader.authoring.rubric_writer import RubricText
from grader.bank import Bank, KeyPoint
from grader.errors import UserError
from grader.texts import MAXIMUM_CHARACTERS

BANK = Bank.open()


def draft(text: str, question: str = "What causes the tides?") -> RubricText:
    return draft_rubric(text, question=question, question_id="tides", source="tides.md")


def texts(text: str) -> list[str]:
    return [found.text for found in propositions(text)]


@pytest.mark.parametrize("question", BANK.ids)
def test_a_draft_of_each_reference_answer_of_the_bank_passes_the_check(question: str, tmp_path: Path) -> None:
    reference_answer, asked = BANK[question].reference_answer, BANK[question].question
    rubric = draft_rubric(reference_answer, question=asked, question_id=question)
    for folder, name, text in (
        ("rubrics", f"{question}.yaml", rubric.to_yaml()),
        ("reference_answers", f"{question}.md", reference_answer),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text, encoding="utf-8")
    assert Bank.open(tmp_path).problems() == ()
    assert 6 <= len(rubric.key_points) <= MOST_KEY_POINTS


@pytest.mark.parametrize("question", BANK.ids)
def test_no_candidate_has_a_word_of_its_own(question: str) -> None:
    for candidate in propositions(BANK[question].reference_answer):
        said = iter(words(BANK[question].reference_answer))
        replaced = any("taken to be" in note for note in candidate.notes)
        assert replaced or all(word in said for word in words(candidate.text))


def test_sentences_are_cut_where_two_statements_meet() -> None:
    assert texts(
        "The gravity of the moon pulls the near side of the sea; the far side of the sea lags behind the "
        "earth. "
        "Most coasts have two high waters a day, but some shallow gulfs have only one in twenty-four hours. "
        "There is a catch: friction with the sea floor slows the turning of the earth."
    ) == [
        "The gravity of the moon pulls the near side of the sea.",
        "The far side of the sea lags behind the earth.",
        "Most coasts have two high waters a day.",
        "Some shallow gulfs have only one in twenty-four hours.",
        "Friction with the sea floor slows the turning of the earth.",
    ]


def test_reasons_and_second_verbs_stay_with_their_statement() -> None:
    kept = [
        "High water comes later every day, because the moon moves on around the earth meanwhile.",
        "The algorithm picks a point, attaches it to the nearest centroid, and repeats both steps.",
        "Sigmoid units saturate for large inputs, so their gradients vanish in deep networks.",
    ]
    assert texts(" ".join(kept)) == kept


def test_connectives_are_trimmed() -> None:
    assert texts(
        "However, the sun raises tides of half the height. In addition, the long shallow coast therefore "
        "matters. Finally, then, each river mouth delays its own high water. So if the bay is long, the "
        "water resonates. The wind, however, moves only the thin upper water."
    ) == [
        "The sun raises tides of half the height.",
        "The long shallow coast matters.",
        "Each river mouth delays its own high water.",
        "If the bay is long, the water resonates.",
        "The wind moves only the thin upper water.",
    ]


def test_a_connective_that_belongs_to_the_sentence_stays() -> None:
    kept = [
        "So much water moves through the strait that turbines pay.",
        "The tide depends on the moon, but also on the shape of the coast.",
        "Later layers assemble edges into textures.",
    ]
    assert texts(" ".join(kept)) == kept


def test_questions_examples_talk_headings_code_and_tables_are_left_out() -> None:
    text = (
        "# The tides of the sea and their causes\n\n"
        "Why does the sea rise twice a day? Let me explain the causes of this in a few words.\n\n"
        "For example, the Bay of Fundy rises sixteen metres. Imagine two buckets on a turning table.\n\n"
        "```python\nprint('the moon pulls the water of the sea')\n```\n\n"
        "| moon | pulls | water | sea |\n|---|---|---|---|\n\n"
        "It depends. The **moon** pulls the `water` of the [sea](https://example.org) towards it.\n"
    )
    assert texts(text) == ["The moon pulls the water of the sea towards it."]


def test_what_stands_before_a_question_is_kept() -> None:
    assert texts("I look at permutation importance on validation data: how much worse does it get then?") == [
        "I look at permutation importance on validation data."
    ]


def test_a_pronoun_is_replaced_where_the_subject_is_plain_and_noted_either_way() -> None:
    first, second, third = propositions(
        "A spring tide is higher than a neap tide at most places. It comes at new moon and at full moon. "
        "They differ by about a fifth in height at open coasts."
    )
    assert first.notes == ()
    assert second.text == "A spring tide comes at new moon and at full moon."
    assert second.notes == ("“It” is taken to be “A spring tide”; check that it is.",)
    assert third.text.startswith("They differ")
    assert third.notes == ("Say what “they” is.",)


@pytest.mark.parametrize(
    "start",
    [
        "Every member of the committee votes on the case.",  # "it" is no member
        "A random forest grows many trees.\n\n",  # another paragraph
        "We trained the network for a week.",
    ],
)
def test_a_pronoun_is_left_alone_where_the_subject_is_not_plain(start: str) -> None:
    last = propositions(f"{start} It needs little tuning of hyperparameters in practice.")[-1]
    assert last.text.startswith("It needs")
    assert last.notes == ("Say what “it” is.",)


@pytest.mark.parametrize(
    "said", ["It means that", "It turned out that", "It is clear that", "It also pays that"]
)
def test_an_it_that_stands_for_no_thing_is_not_replaced(said: str) -> None:
    last = propositions(f"A random forest grows many trees. {said} single errors cancel in the vote.")[-1]
    assert last.text.startswith("It ")


def test_what_is_said_twice_becomes_an_example() -> None:
    rubric = draft(
        "The gravity of the moon pulls the water of the sea. The rotation of the earth makes two high "
        "waters. So the gravity of the moon pulls sea water."
    )
    points = [entry.proposition for entry in rubric.key_points]
    assert [point.text for point in points] == [
        "The gravity of the moon pulls the water of the sea.",
        "The rotation of the earth makes two high waters.",
    ]
    assert isinstance(points[0], KeyPoint)
    assert points[0].examples == ("The gravity of the moon pulls sea water.",)


def test_at_most_ten_become_key_points_in_order_and_the_others_are_listed() -> None:
    subjects = "moon sun earth wind coast river bay floor storm current island harbour strait".split()
    rubric = draft(" ".join(f"The {one} changes the water of {one}land and {one}town." for one in subjects))
    assert len(rubric.key_points) == MOST_KEY_POINTS
    assert len(rubric.footer) == 1 + len(subjects) - MOST_KEY_POINTS
    order = [entry.proposition.text.split()[1] for entry in rubric.key_points]
    assert order == sorted(order, key=subjects.index)


def test_a_long_candidate_is_noted() -> None:
    (entry,) = draft("The moon pulls " + "the deep and the shallow water of the sea " * 4).key_points
    assert entry.notes == ("Long: is it two propositions?",)


def test_a_text_without_a_proposition_is_one_clear_line() -> None:
    with pytest.raises(UserError, match=r"tides\.md: found no sentence that says something"):
        draft("Why? Well.")


def test_a_text_that_is_too_long_is_one_clear_line() -> None:
    with pytest.raises(UserError, match="100,000 characters"):
        draft("The moon pulls the sea. " * (MAXIMUM_CHARACTERS // 20))


@pytest.mark.parametrize(
    "text", ["Луна притягивает воду большого моря.", "月亮的引力吸引海水 并且 一天 两次 涨潮 落潮 发生"]
)
def test_another_language_gives_a_draft_all_the_same(text: str) -> None:
    assert draft(text).key_points[0].proposition.id.startswith("key-point")


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_text_gives_propositions_without_a_crash(text: str) -> None:
    for candidate in propositions(text):
        assert candidate.text == candidate.text.strip()
        assert "\n" not in candidate.text


def test_ids_are_made_of_the_words_that_tell_key_points_apart() -> None:
    ids = ids_for(
        [
            "Each tree is trained on a bootstrap sample of the rows.",
            "Each split of a tree considers a random subset.",
            "Each tree votes equally.",
            "Each tree votes equally.",
        ],
        "What is a random forest?",
    )
    assert ids == ("trained-bootstrap-sample", "split-considers-subset", "tree-votes", "tree-votes-2")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=6), st.text(max_size=30))
def test_ids_are_always_slugs_and_never_the_same(found: list[str], question: str) -> None:
    ids = ids_for(found, question, taken=["key-point"])
    assert len(set(ids)) == len(found)
    for name in ids:
        KeyPoint(id=name, text="text")
        assert name != "key-point"


def test_a_slug_has_no_accents() -> None:
    assert slug("Bayes’ naïve Überlegung!") == "bayes-naive-uberlegung"
    assert slug("Луна") == ""


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What causes the tides?", "knowledge"),
        ("How would you measure the tides?", "knowledge"),
        ("Tell me about a harbour that you have built.", "experience"),
        ("Have you ever sailed?", "experience"),
    ],
)
def test_the_kind_is_told_from_the_question(question: str, kind: str) -> None:
    assert guessed_kind(question) == kind


def test_a_draft_on_ones_own_work_says_to_write_what_any_account_contains() -> None:
    rubric = draft("I built a forecast of the tides for one harbour.", "Tell me about a project of yours.")
    assert any("any good account" in line for line in rubric.header)
