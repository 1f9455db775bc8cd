"""Every picture that the docs show is there, and every picture that is there is shown."""

import re

from townsquare.settings import PROJECT_ROOT

_SHOWN = re.compile(r"\]\(([^)\s]+\.png)\)")


def test_docs_show_every_picture_and_no_other() -> None:
    pages = [PROJECT_ROOT / "README.md", *sorted((PROJECT_ROOT / "docs").rglob("*.md"))]
    shown = {
        (page.parent / place).resolve()
        for page in pages
        for place in _SHOWN.findall(page.read_text(encoding="utf-8"))
    }
    kept = set((PROJECT_ROOT / "docs" / "images").glob("*.png"))
    assert len(kept) > 20
    assert shown == kept
