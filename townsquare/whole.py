"""Writes small text files whole, so that a reader finds the old one or the new one."""

import os
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Write the file whole, or leave the old one; the partial's name matches no glob."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
