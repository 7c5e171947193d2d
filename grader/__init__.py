"""Grades free-text answers against rubrics of key points, with a model that ships with it."""

from grader.bank import Bank
from grader.errors import UserError
from grader.grades import Grade
from grader.grading import Grader

__all__ = ["Bank", "Grade", "Grader", "UserError"]
