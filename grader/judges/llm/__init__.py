"""Judges that ask a language model for yes or no: of this machine, or of a server."""
