"""How the scores that stand today lie, and how many are in each band."""

import altair as alt

from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Rows, Section, grouped

BANDS = {"low": style.BLUE, "medium": style.PURPLE, "high": style.ORANGE}


def says(rows: Rows) -> str:
    """How many of each score are in the band high."""
    told = []
    for score, counted in grouped(rows, "score_name"):
        n_all = sum(row["n_scored"] for row in counted)
        n_high = sum(row["n_scored"] for row in counted if row["band"] == "high")
        told.append(f"{score}: {n_high:,} of {n_all:,} in band high")
    return "; ".join(told)


def draws(rows: Rows) -> list[Panel]:
    """A panel per score: twenty bins, coloured by band."""
    return [
        Panel(_drawing(points), points, score)
        for score, bins in grouped(rows, "score_name")
        if (points := _stacked(bins))
    ]


def _drawing(points: Rows) -> alt.Chart | alt.LayerChart:
    most = max(point["share_to"] for point in points)
    axis = style.shares("probability", grid=False, form=".0%" if most > 0.1 else ".1~%")
    bands = alt.Scale(domain=list(BANDS), range=list(BANDS.values()))
    bars = (
        style.base(220)
        .mark_bar()
        .encode(
            x=alt.X("share_from:Q", axis=axis, scale=alt.Scale(domainMin=0, nice=False)),
            x2="end:Q",
            y=style.amounts("top"),
            y2="foot:Q",
            color=alt.Color("band:N", scale=bands),
            tooltip=[
                style.tip("share_from", "From", ".1~%"),
                style.tip("share_to", "to", ".1~%"),
                style.tip_text("band", "Band"),
                style.tip("n_scored", "Scored"),
            ],
        )
    )
    return style.finished(bars)


def _stacked(rows: Rows) -> Rows:
    """The bands of a bin, one on the other, and a hair of room between bins."""
    tops: dict[float, int] = {}
    points = []
    for row in rows:
        foot = tops.get(row["share_from"], 0)
        tops[row["share_from"]] = top = foot + row["n_scored"]
        wide = row["share_to"] - row["share_from"]
        kept = {name: row[name] for name in ("share_from", "share_to", "band", "n_scored")}
        points.append({**kept, "end": row["share_to"] - 0.06 * wide, "foot": foot, "top": top})
    return points


CHART = Chart(
    question="How likely is it, for how many?",
    section=Section.SCORES,
    place=10,
    relations=("latest_scores",),
    query="""
        with
        tops as (
            select
                score_name,
                list_min(list_filter([0.05, 0.1, 0.25, 0.5, 1.0], lambda x: x >= max(score)))
                    as share_at_most
            from latest_scores
            where score is not null
            group by score_name
        ),
        placed as (
            select
                latest_scores.score_name,
                latest_scores.band,
                tops.share_at_most / 20 as share_wide,
                least(floor(latest_scores.score / share_wide), 19) * share_wide as share_from
            from latest_scores
            inner join tops using (score_name)
            where latest_scores.score is not null
        )
        select
            score_name, cast(share_from as double) as share_from,
            cast(share_from + share_wide as double) as share_to, band, count(*) as n_scored
        from placed
        group by score_name, share_from, share_to, band
        order by score_name, share_from, array_position(['low', 'medium', 'high'], band)
    """,
    columns={
        "score_name": "Score",
        "share_from": "Probability from",
        "share_to": "to",
        "band": "Band",
        "n_scored": "Scored",
    },
    says=says,
    draws=draws,
    reads="Everybody with a score that has not expired. A score is a calibrated probability; the "
    "bands are where its declaration says that action begins.",
    empty="No score stands.",
    is_wide=True,
)
