"""Lays the page out and writes it into a release's folder; it needs nothing else, then or later."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

from townsquare import words
from townsquare.looks import stylesheet
from townsquare.page import _answers, _engine, _standing
from townsquare.page._answers import Answer, Release
from townsquare.page._chart import Section
from townsquare.page._figure import figure
from townsquare.whole import replacing

PAGE = "report.html"
_HERE = Path(__file__).parent
_GATES, _SOURCES = "Gates", "Sources"


def write(folder: Path) -> Path:
    """Write the page of the release in this folder, whole; returns where it lies.

    It is made of the release's database and of what lies beside it, so that the same release gives
    the same page whenever it is written.
    """
    with _answers.opened(folder) as release:
        page = _laid_out(release, _links(folder))
    with replacing(folder / PAGE, durable=True) as partial:
        partial.write_text(page, encoding="utf-8")
    return folder / PAGE


def _laid_out(release: Release, links: str) -> str:
    found = _answers.answers(release)
    boot = _read("boot.js")
    checks = _standing.checks(release)
    return Template(_read("page.html")).substitute(
        policy=_policy(boot),
        style=stylesheet(),
        network=escape(release.told["network"]),
        as_of=words.day(release.told["as_of_date"]),
        release_id=escape(release.told["release_id"]),
        held=_standing.held(checks),
        links=links,
        contents=_contents(found),
        tiles=_standing.tiles(release),
        sections="".join(_section(one, found) for one in Section),
        gates=_standing.gates(release, checks),
        sources=_standing.sources(release),
        unavailable=_standing.unavailable(release),
        scripts=_scripts(found, boot),
    )


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _policy(boot: str) -> str:
    """The browser is told to load nothing and to run no script but the page's own.

    Vega compiles its expressions, and nothing of them comes from data; hence unsafe-eval.
    """
    digest = base64.b64encode(hashlib.sha256(boot.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}' 'unsafe-eval'; "
        "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _links(folder: Path) -> str:
    """The other pages of the release, by their place beside this one."""
    told = [
        (title, folder / name / "index.html")
        for title, name in (("Data docs", "data_docs"), ("dbt docs", "dbt_docs"))
    ]
    told += [
        (f"Model card: {card.stem}", card) for card in sorted(folder.glob("model_cards/*.html"))
    ]
    return "".join(
        f'<a href="{escape(path.relative_to(folder).as_posix())}">{escape(name)}</a>'
        for name, path in told
        if path.exists()
    )


def _anchor(title: str) -> str:
    return f"part-{title.lower().replace(' ', '-')}"


def _contents(found: Sequence[Answer]) -> str:
    titles = [one.value for one in Section if any(answer.chart.section is one for answer in found)]
    return "".join(
        f'<li><a href="#{_anchor(title)}">{escape(title)}</a></li>'
        for title in (*titles, _GATES, _SOURCES)
    )


def _section(section: Section, found: Sequence[Answer]) -> str:
    ours = [answer for answer in found if answer.chart.section is section]
    if not ours:
        return ""
    ours.sort(key=lambda answer: answer.absent is not None)  # what is not shown comes last
    figures = "".join(map(figure, ours))
    title = section.value
    return (
        f'<section aria-labelledby="{_anchor(title)}"><h2 id="{_anchor(title)}">{escape(title)}'
        f'</h2><div class="figures">{figures}</div></section>'
    )


def _scripts(found: Sequence[Answer], boot: str) -> str:
    drawings = [drawing for answer in found for drawing in answer.drawings]
    if not drawings:
        return ""
    specs = _engine.as_data({drawing.key: drawing.spec for drawing in drawings})
    told = {
        "engine": _engine.engine(),
        "drawings": _engine.packed(specs),
        "rows": _engine.as_data({drawing.key: drawing.rows for drawing in drawings}),
    }
    data = "".join(
        f'<script type="application/json" id="{name}">{text}</script>\n'
        for name, text in told.items()
    )
    return f"{data}<script>{boot}</script>"
