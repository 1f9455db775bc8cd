"""Reads the fenced blocks of a guide, each with the heading and the file name it stands under."""

import re
from dataclasses import dataclass
from pathlib import Path

from townsquare.settings import PROJECT_ROOT

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} (?P<heading>.+)$", re.MULTILINE)
_FILE = re.compile(r"^`(?P<file>[\w./]+)`[^`\n]*:$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    heading: str
    file: str | None
    language: str
    text: str


def read_guide(name: str) -> str:
    return (PROJECT_ROOT / "docs" / name).read_text(encoding="utf-8")


def blocks(name: str, language: str | None = None) -> list[Block]:
    """The blocks of a guide in order; a file name stands alone on the line before its block."""
    guide = read_guide(name)
    found = []
    for fence in _FENCE.finditer(guide):
        before = _without_blocks(guide[: fence.start()])
        headings = _HEADING.findall(before)
        last_line = before.rstrip().splitlines()[-1] if before.strip() else ""
        named = _FILE.match(last_line)
        found.append(
            Block(
                headings[-1] if headings else "",
                named["file"] if named else None,
                fence["language"],
                fence["text"],
            )
        )
    return [block for block in found if language is None or block.language == language]


def _without_blocks(text: str) -> str:
    """A comment in a block is no heading."""
    return _FENCE.sub("", text)


def shown(path: Path) -> str:
    """How a test names a file."""
    return str(path.relative_to(PROJECT_ROOT))
