"""The one kind of error that is meant for the person at the keyboard."""


class UserError(Exception):
    """Something the user gave is wrong; the message says what, where and how to mend it.

    The command line prints the message as one line and exits with code 2. Whatever is not a
    ``UserError`` is a bug of ours.
    """


class Stopped(KeyboardInterrupt):
    """The user stopped a run; the message says what becomes of what was done."""
