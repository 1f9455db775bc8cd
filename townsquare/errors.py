"""The one error that a person is meant to read: what is wrong, where, and the way out."""


class TownsquareError(Exception):
    """One sentence for the operator; the command line prints it and exits with 1."""
