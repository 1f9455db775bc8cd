"""Makes Great Expectations' pages stand alone: no address outside the release, one small style."""

import re
import shutil
from pathlib import Path

_STYLE = Path(__file__).parent / "data_docs.css"
_OUTSIDE = re.compile(
    r"<script\b[^>]*\bsrc=[\"']https?:[^>]*>\s*</script>|<link\b[^>]*\bhref=[\"']https?:[^>]*>",
    re.IGNORECASE,
)
_PICTURES = re.compile(r"<img\b[^>]*\bsrc=[\"']https?:[^>]*>", re.IGNORECASE)
_ADDRESS = re.compile(r"url\(['\"]?https?:[^)]*\)", re.IGNORECASE)
_NEWSLETTER = re.compile(r"<p>[^<]*newsletter.*?</p>", re.IGNORECASE | re.DOTALL)
_EXTRAS = ("images", "fonts")


def stand_alone(docs: Path) -> None:
    """Rewrite every page of the site in place."""
    style = f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n</head>"
    for page in sorted(docs.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        for outside in (_OUTSIDE, _PICTURES, _NEWSLETTER):
            text = outside.sub("", text)
        text = _ADDRESS.sub("none", text)
        page.write_text(text.replace("</head>", style, 1), encoding="utf-8")
    for name in _EXTRAS:
        shutil.rmtree(docs / "static" / name, ignore_errors=True)
