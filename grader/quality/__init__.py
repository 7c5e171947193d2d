"""Is this rubric any good: agreement with people, item statistics, well-formedness, probes, gates."""
