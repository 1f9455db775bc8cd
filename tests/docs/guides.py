"""Reads the fenced blocks of a guide, and tries what they show on a copy of the project."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from townsquare.settings import PROJECT_ROOT, Home

CODE = ("townsquare", "ml", "dbt_project")
LEFT_BEHIND = {"target", "__pycache__", "logs"}
NOT_NEEDED = ("exports", "truth", "airflow", "releases", "candidates", "quarantine", "logs")

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} (?P<heading>.+)$", re.MULTILINE)
_FILE = re.compile(r"^`(?P<file>[\w./]+)`[^\n]*:$", re.MULTILINE)


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


def named_blocks(name: str) -> dict[str, str]:
    """The files that a guide shows whole."""
    return {block.file: block.text for block in blocks(name) if block.file}


def copy_code(project: Path) -> None:
    """What dbt and learning need of the project, to add files to."""
    for folder in CODE:
        ignored = shutil.ignore_patterns(*LEFT_BEHIND)
        shutil.copytree(PROJECT_ROOT / folder, project / folder, ignore=ignored)


def copy_home(home: Home, place: Path) -> Home:
    """What building and learning need of a home, to write to."""
    shutil.copytree(home.root, place, ignore=shutil.ignore_patterns(*NOT_NEEDED))
    return Home(place)


def digests(project: Path) -> dict[str, str]:
    """What every file of the code is, but for what dbt and Python leave beside it."""
    return {
        str(path.relative_to(project)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in CODE
        for path in (project / folder).rglob("*")
        if path.is_file() and not LEFT_BEHIND & set(path.parts)
    }


def write_files(project: Path, files: dict[str, str]) -> None:
    """Add new files, never over one that is there."""
    for name, text in files.items():
        with (project / name).open("x", encoding="utf-8") as new:
            new.write(text)


def in_project(
    project: Path, home: Home, *arguments: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run Python on the copy of the project instead of this one."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env={**os.environ, "TOWNSQUARE_HOME": str(home.root), "PYTHONPATH": str(project)},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
