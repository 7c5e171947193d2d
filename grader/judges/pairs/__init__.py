"""Judges that read a key point and a passage as a pair: cross-encoders and models of entailment."""
