"""What the probabilities of yes and of no come to, wherever they are from."""

import math

from grader.judges.raw import RawFinding

LEAST_MASS = 0.1
"""The least probability that yes and no hold together; below it the model was about to say something else."""


def raw_finding(yes: float, no: float) -> RawFinding:
    """What the probabilities of yes and of no come to.

    Args:
        yes: of a token that means yes, 0 to 1.
        no: of one that means no.

    Returns:
        The log-odds of yes against no; unscored where the model was about to say something else.
    """
    if not yes + no >= LEAST_MASS:  # so that "not a number" is unscored too
        return RawFinding(0.0, unscored=f"the model's next word is neither yes nor no ({yes + no:.2f})")
    return RawFinding(math.log(max(yes, 1e-9)) - math.log(max(no, 1e-9)))
