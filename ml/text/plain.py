"""Takes the words of a post out of its markup; code, quotes and formulas are set apart."""

import html
import re
from collections.abc import Iterable, Iterator

import pyarrow as pa

MAX_CHARACTERS = 8_000
CHUNK = 20_000  # contents read at once
_CODE = re.compile(
    r"<(pre|code|kbd)\b[^>]*>.*?(?:</\1>|\Z)|```.*?(?:```|\Z)|`[^`\n]{1,200}`", re.S | re.I
)
_FORMULA = re.compile(
    r"\$\$.*?(?:\$\$|\Z)|\$[^$\n]{1,300}\$(?!\d)|\\begin\{.*?\\end\{[^}]*\}", re.S
)
_QUOTE = re.compile(r"<blockquote\b[^>]*>.*?(?:</blockquote>|\Z)|^[ \t]*>(?![:;.]).*$", re.S | re.I)
_QUOTED_LINE = re.compile(r"^[ \t]*(?:&gt;|>)(?![:;.]).*$", re.M)
_BREAK = re.compile(r"<(?:br|/?p|/?li|/?div|/?h\d|hr|/?tr)\b[^>]{0,500}>", re.I)
_TAG = re.compile(r"<(?:!--.*?-->|/?[a-zA-Z][^<>]{0,2000}>)", re.S)
_LINK = re.compile(r"\[([^\]\n]{1,300})\]\([^)\n]{1,1000}\)")
_MARKED = re.compile(r"[<&`$>\[\\]")


def chunks(contents: pa.Table) -> Iterator[pa.Table]:
    """Parts that bound the memory; one empty part where there is nothing."""
    for start in range(0, max(len(contents), 1), CHUNK):
        yield contents.slice(start, CHUNK)


def plain(text: str) -> str:
    """The author's own words: no tags, code, formulas or quoted lines; at most 8,000 characters.

    Code stands as the word `codeblock`, a formula as `formula`, so that sentences stay whole.
    """
    text = text[:MAX_CHARACTERS]
    if not _MARKED.search(text):
        return text
    text = _QUOTED_LINE.sub(" ", text)
    if "<" in text or "`" in text:
        text = _CODE.sub(" codeblock ", text)
    if "<" in text:
        text = _BREAK.sub("\n", _QUOTE.sub(" ", text))
        text = _TAG.sub(" ", text)
    if "$" in text or "\\begin" in text:
        text = _FORMULA.sub(" formula ", text)
    if "[" in text:
        text = _LINK.sub(r"\1", text)
    return html.unescape(text) if "&" in text else text


def joined(titles: Iterable[str | None], bodies: Iterable[str | None]) -> list[str]:
    """Title and body of each content as one text; empty where it has neither."""
    return [
        plain(body or "") if not title else f"{title}. {plain(body or '')}"
        for title, body in zip(titles, bodies, strict=True)
    ]
