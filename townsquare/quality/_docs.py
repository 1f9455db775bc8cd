"""Makes Great Expectations' pages stand alone, and writes the first page, of all gates, anew.

Its own first page is drawn by scripts from other hosts, and tells of nothing but the data gate.
"""

import re
import shutil
from collections.abc import Sequence
from html import escape
from pathlib import Path

from townsquare.quality._checks import Check

_STYLE = Path(__file__).parent / "data_docs.css"
_OUTSIDE = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*\bhref=[\"']https?:[^>]*>|<img\b[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
_FETCHED = re.compile(r"url\(['\"]?https?:[^)]*\)", re.IGNORECASE)
_NEWSLETTER = re.compile(r"<p>[^<]*newsletter.*?</p>", re.IGNORECASE | re.DOTALL)
_UNUSED = ("images", "fonts")
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
{style}</style></head><body><div class="container">
<h1>{title}</h1><p>{summary}</p>
<table><tr><th></th><th>check</th><th>what was found</th></tr>
{rows}
</table></div></body></html>
"""


def finish(docs: Path, release_id: str, checks: Sequence[Check]) -> None:
    """Rewrite every page of the site in place."""
    style = _STYLE.read_text(encoding="utf-8")
    for page in sorted([*docs.rglob("*.html"), *docs.rglob("*.css")]):
        text = _FETCHED.sub("none", page.read_text(encoding="utf-8"))
        for outside in (_OUTSIDE, _NEWSLETTER):
            text = outside.sub("", text)
        text = text.replace("</head>", f"<style>\n{style}</style>\n</head>", 1)
        page.write_text(text, encoding="utf-8")
    for name in _UNUSED:
        shutil.rmtree(docs / "static" / name, ignore_errors=True)
    (docs / "index.html").write_text(_index(docs, style, release_id, checks), encoding="utf-8")


def _index(docs: Path, style: str, release_id: str, checks: Sequence[Check]) -> str:
    pages = {
        page.relative_to(docs / "validations").parts[0]: page.relative_to(docs).as_posix()
        for page in sorted(docs.glob("validations/**/*.html"))
    }
    stopping = sum(check.stops for check in checks)
    warnings = sum(not check.success for check in checks) - stopping
    ordered = sorted(checks, key=lambda check: (check.success, not check.stops))
    return _PAGE.format(
        title=f"The gates of release {escape(release_id)}",
        style=style,
        summary=f"{len(checks)} checks: {stopping} critical and {warnings} warning failures.",
        rows="\n".join(_row(check, pages) for check in ordered),
    )


def _row(check: Check, pages: dict[str, str]) -> str:
    name = escape(check.name)
    if check.gate == "data" and check.relation in pages:
        name = f'<a href="{escape(pages[check.relation])}">{name}</a>'
    kind, word = "success", "passed"
    if not check.success:
        kind, word = ("danger", "failed") if check.stops else ("warning", "warning")
    mark = f'<span class="text-{kind}">{word}</span>'
    cells = f'<td>{mark}</td><td class="name">{name}</td><td>{escape(check.message)}</td>'
    return f"<tr>{cells}</tr>"
