"""Shares and means of what was observed, with 95% confidence intervals."""

from collections.abc import Callable, Iterator, Sequence

from grader.quality.measures import Group, Interval, Measure

HeldOut = Callable[[str], bool]
"""Whether a question, named by its id, belongs to the held-out half; a mapping's ``__getitem__`` will do."""


def groups(questions: Sequence[str], held_out: HeldOut | None) -> Iterator[tuple[Group, tuple[str, ...]]]:
    """The groups of questions that figures are given of.

    Args:
        questions: the ids of all questions.
        held_out: which of them are held out; None for a bank without halves.

    Yields:
        Each group that has a question, with the ids of its questions in their order.
    """
    yield Group.ALL, tuple(questions)
    if held_out is None:
        return
    for group, is_held_out in ((Group.FITTING, False), (Group.HELD_OUT, True)):
        members = tuple(question for question in questions if bool(held_out(question)) is is_held_out)
        if members:
            yield group, members


def share(
    name: str,
    observed: Sequence[bool],
    unit: str,
    higher_is_better: bool,
    question: str | None = None,
    group: Group = Group.ALL,
) -> Iterator[Measure]:
    """The share of observations that are true, with its interval (see ``wilson``).

    Args:
        name: the measure's name.
        observed: the observations.
        unit: what they are, in the plural.
        higher_is_better: which way is good.
        question: the question's id, for a figure of one question.
        group: the group, for a figure of many.

    Yields:
        One measure, 0 to 1; none where nothing was observed.
    """
    if not observed:
        return
    count, n = sum(observed), len(observed)
    yield Measure(name, count / n, n, unit, higher_is_better, wilson(count, n), question, group=group)


def wilson(count: int, n: int) -> Interval:
    """The 95% interval of a share.

    Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953, from
    ``statsmodels.stats.proportion.proportion_confint``. It holds for small samples and for shares near
    0 and 1, and takes the observations as independent: several of one question are a little less
    sure than it says.

    Args:
        count: how many are so.
        n: of how many, at least 1.

    Returns:
        An interval that holds the share, whatever rounding does at its ends.
    """
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, n, alpha=0.05, method="wilson")
    return Interval(min(max(0.0, float(low)), count / n), max(min(1.0, float(high)), count / n))


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Student's 95% interval of a mean, from ``statsmodels.stats.weightstats.DescrStatsW``.

    Args:
        values: independent observations.

    Returns:
        The interval; None for fewer than two observations.
    """
    if len(values) < 2:
        return None
    from statsmodels.stats.weightstats import DescrStatsW

    low, high = DescrStatsW(list(values)).tconfint_mean(alpha=0.05)
    return Interval(float(low), float(high))
