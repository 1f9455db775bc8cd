"""Names the account that a command or task runs as."""

import getpass
import os


def who() -> str:
    """The account that does it; a container's account may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
