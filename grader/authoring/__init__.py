"""Rubrics for authors to begin with: drafted from a reference answer, or read from a tool's criteria."""
