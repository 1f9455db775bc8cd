"""What a release says of itself on the page: its newest day, its gates, what it cannot show."""

from collections.abc import Sequence
from html import escape

from townsquare import words
from townsquare.page._answers import Release
from townsquare.page._chart import Row
from townsquare.page._figure import table

TILES = ("dau", "wau", "mau", "stickiness")
_MORE = 12  # failures told one by one


def tiles(release: Release) -> str:
    """The first figures of daily_metrics on the last day, in the words of their own columns."""
    meanings = {name: _meaning(release, name) for name in TILES}
    if not any(meanings.values()):
        return ""
    newest = release.ask("from daily_metrics order by activity_date desc limit 1")
    usual = {one["name"]: one for one in release.ask("from meta.changes where kind = 'metric'")}
    told = [
        _tile(name, row, meaning, usual.get(name))
        for row in newest
        for name, meaning in meanings.items()
        if meaning and row[name] is not None
    ]
    return f'<dl class="tiles">{"".join(told)}</dl>'


def _meaning(release: Release, column: str) -> str:
    """The name that the release gives a column of daily_metrics, or its own; none without it."""
    said = release.ask(
        "select comment from duckdb_columns() where schema_name = 'main' "
        f"and table_name = 'daily_metrics' and column_name = '{column}'"
    )
    if not said:
        return ""
    text = str(said[0]["comment"] or "").split(";")[0].split(",")[0].strip().rstrip(".")
    return text if text[:1].isupper() else words.sentence(words.figure_name(column))


def _tile(name: str, row: Row, meaning: str, change: Row | None) -> str:
    moved = ""
    if change is not None and change["usual_low"] is not None:
        odd = " class='odd'" if change["is_unusual"] else ""
        amount = words.change(name, change["change"])
        how = "unusual" if change["is_unusual"] else "as usual"
        told = f"{amount} since the last release, {how}"
        if not change["change"]:
            told = "unchanged since the last release"
        moved = f"<dd{odd}>{told}</dd>"
    return (
        f"<div><dt>{escape(meaning)}</dt><dd class='value'>{words.figure(name, row[name])}</dd>"
        f"<dd>on {words.day(row['activity_date'])}</dd>{moved}</div>"
    )


def checks(release: Release) -> list[Row]:
    """How many checks each gate has, and how many of them held."""
    return release.ask(_GATES)


def held(counted: Sequence[Row]) -> str:
    """How many checks of all gates held, in words."""
    n_all = sum(row["n_checks"] for row in counted)
    return f"{sum(row['n_passed'] for row in counted)} of {words.plural(n_all, 'check')} held"


def gates(release: Release, counted: Sequence[Row]) -> str:
    """Every gate with its checks, and each check that failed in its own words."""
    failed = release.ask(_FAILED)
    said = "".join(
        f"<li>{escape(one['message'])} <span>({escape(one['severity'])}"
        f"{', skipped on purpose' if one['is_skipped'] else ''})</span></li>"
        for one in failed[:_MORE]
    )
    if len(failed) > _MORE:
        said += f"<li>And {len(failed) - _MORE} more, in meta.validation_results.</li>"
    bars = "".join(_bar(row) for row in counted)
    verdict = "All of them held." if not failed else "What failed, and let the release pass:"
    listed = f"<ul>{said}</ul>" if failed else ""
    return f'<div class="gates">{bars}</div><p>{verdict}</p>{listed}'


def _bar(row: Row) -> str:
    part = row["n_passed"] / row["n_checks"]
    return (
        f'<div class="gate"><span>{escape(row["gate"])}</span>'
        f'<span class="bar" aria-hidden="true"><i style="width:{part:.1%}"></i></span>'
        f"<span>{row['n_passed']} of {row['n_checks']} held</span></div>"
    )


def sources(release: Release) -> str:
    """What has landed of each contract table, and how new it is."""
    heads = {"table_name": "Table", "n_rows": "Rows landed", "newest_event_date": "Newest day"}
    return table(release.ask("from meta.freshness order by table_name"), heads, "What has landed")


def unavailable(release: Release) -> str:
    """What this network does not support, with the reason."""
    names: dict[str, list[str]] = {}
    for row in release.ask(_UNAVAILABLE):
        names.setdefault(words.reason(row["reason"] or ""), []).append(row["name"])
    if not names:
        return ""
    items = "".join(
        f"<li>{', '.join(f'<code>{escape(name)}</code>' for name in told)}: {escape(why)}</li>"
        for why, told in names.items()
    )
    return f"<h3>What this network does not support</h3><ul>{items}</ul>"


_GATES = """
    select gate, count(*) as n_checks, count(*) filter (where is_passed) as n_passed
    from meta.validation_results
    group by gate
    order by gate
"""
# What is not there because none of the scores is says no more than the scores themselves.
_UNAVAILABLE = """
    with missing as (from meta.capabilities where not is_available)
    select name, reason
    from missing
    where
        kind = 'score'
        or not coalesce(reason in (
            select string_agg(name || ': ' || reason, '; ' order by name)
            from missing where kind = 'score'
        ), false)
    order by kind, name
"""
_FAILED = """
    select message, severity, is_skipped
    from meta.validation_results
    where not is_passed
    order by severity, relation, message
"""
