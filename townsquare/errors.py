"""The one error that a person is meant to read: what is wrong, where, and the way out."""


class TownsquareError(Exception):
    """A sentence for the operator; the command line prints it without a traceback and exits with 1."""
