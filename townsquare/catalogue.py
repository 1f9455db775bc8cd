"""The catalogue of what is published, as Markdown, read from the declarations themselves."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from townsquare.settings import DBT_PROJECT, SCORES

META = Path(__file__).parent / "release" / "meta.yml"


def relations() -> str:
    """A table of every published relation with its first sentence, sorted by folder and name."""
    rows = [
        f"| `{model['name']}` | {folder} | {_first_sentence(model['description'])} |"
        for folder, model in _models()
    ]
    return "\n".join(["| relation | about | grain |", "|---|---|---|", *rows, ""])


def scores() -> str:
    """A table of every declared score with the question that it answers."""
    rows = []
    for path in sorted(SCORES.glob("*.yml")):
        score = yaml.safe_load(path.read_text(encoding="utf-8"))
        rows.append(f"| `{path.stem}` | {score['question']} | {score['owner']} |")
    return "\n".join(["| score | question | owner |", "|---|---|---|", *rows, ""])


def meta() -> str:
    """The names of the tables in which every release tells of itself, wrapped for a page."""
    names = [f"`{name}`" for name in _read(META)]
    return textwrap.fill(f"{', '.join(names)}.", 100) + "\n"


def _models() -> Iterator[tuple[str, dict[str, Any]]]:
    marts, published = DBT_PROJECT / "models" / "marts", DBT_PROJECT / "models" / "published"
    for path in sorted([*marts.rglob("*.yml"), *published.glob("*.yml")]):
        for model in _read(path).get("models", []):
            yield path.parent.name, model


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def _first_sentence(text: str) -> str:
    sentence = " ".join(text.split()).split(". ")[0]
    return re.split(r"[:;] ", sentence)[0].rstrip(".").replace("|", "\\|")
