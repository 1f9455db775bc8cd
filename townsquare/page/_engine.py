"""What draws in the reader's browser: Vega and the page's own script, packed into the page."""

import base64
import gzip
import json
from functools import cache
from pathlib import Path

VEGA_LITE = "6.4"
_HERE = Path(__file__).parent


@cache
def engine() -> str:
    """Vega with the page's script behind it, packed; it is the same in every page."""
    import vl_convert

    script = (_HERE / "draw.js").read_text(encoding="utf-8")
    return packed(vl_convert.javascript_bundle(script, vl_version=VEGA_LITE))


def packed(text: str) -> str:
    """A text, compressed, in letters, digits and low lines only.

    It is one long word: nobody's id can stand in it by chance, so that an erasure, which looks for
    ids in every text of a release, finds none here.
    """
    told = base64.b64encode(gzip.compress(text.encode(), compresslevel=9, mtime=0)).decode()
    return told.rstrip("=").replace("+", "_0").replace("/", "_1")


def as_data(value: object) -> str:
    """JSON that may stand inside a script element, whatever a title says: nothing in it ends it."""
    told = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        told = told.replace(mark, f"\\u{ord(mark):04x}")
    return told
