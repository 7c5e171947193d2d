"""Grades as text for people and programs; a report prints what a grade holds and computes nothing."""
