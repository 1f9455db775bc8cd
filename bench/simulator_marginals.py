"""Draws the simulator's marginals beside those of the public travel site, and prints them."""

import argparse
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import matplotlib
import numpy as np
import numpy.typing as npt
import pandas as pd
import py7zr
from lxml import etree

from townsquare.settings import PROJECT_ROOT, Home
from townsquare.simulate import simulate

matplotlib.use("agg")
import matplotlib.pyplot as plt  # noqa: E402  (after the backend is chosen)

PICTURE = PROJECT_ROOT / "docs" / "images" / "simulator_marginals.png"
DATA = Path(os.environ.get("TOWNSQUARE_DATA", PROJECT_ROOT.parent / "shared" / "data"))
DUMP = DATA / "stackexchange" / "travel.stackexchange.com.7z"
SPAN_DAYS = 180
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Marginals:
    """What both sides can be asked: contributions are posts and comments of any kind."""

    contributions: Numbers  # per contributor
    posts: Numbers  # roots per author of one
    answered_by: Numbers  # other people who ever replied to a person
    delays_hours: Numbers  # from a content to each reply
    gaps_days: Numbers  # between a person's consecutive contributions
    hours: Numbers  # shares of the 168 hours of a week, Monday first
    follows: Numbers  # followers per followed person; none on the travel site


def of_contents(contents: pd.DataFrame, follows: Numbers) -> Marginals:
    """The marginals of contents: id, author, at, parent."""
    replies = contents.dropna(subset=["parent"]).merge(
        contents[["id", "author", "at"]], left_on="parent", right_on="id", suffixes=("", "_parent")
    )
    delays = (replies["at"] - replies["at_parent"]).dt.total_seconds() / 3600
    others = replies[replies["author"] != replies["author_parent"]]
    ordered = contents.dropna(subset=["author"]).sort_values(["author", "at"])
    gaps = ordered.groupby("author")["at"].diff().dt.total_seconds() / 86_400
    hours = contents["at"].dt.day_of_week * 24 + contents["at"].dt.hour
    counts = np.bincount(hours, minlength=168).astype(np.float64)
    return Marginals(
        contributions=_sizes(ordered["author"]),
        posts=_sizes(ordered.loc[ordered["parent"].isna(), "author"]),
        answered_by=others.groupby("author_parent")["author"].nunique().to_numpy(np.float64),
        delays_hours=delays[delays > 0].to_numpy(np.float64),
        gaps_days=gaps[gaps > 0].to_numpy(np.float64),
        hours=counts / counts.sum(),
        follows=follows,
    )


def _sizes(values: "pd.Series[Any]") -> Numbers:
    return values.value_counts().to_numpy(np.float64)


def read_travel(dump: Path) -> Marginals:
    """The last 180 days of the travel site: questions, answers and comments."""
    rows: list[tuple[str, str | None, str, str | None]] = []
    with tempfile.TemporaryDirectory() as folder:
        with py7zr.SevenZipFile(dump) as archive:
            archive.extract(folder, targets=["Posts.xml", "Comments.xml"])
        for name, author, parent, sign in (
            ("Posts.xml", "OwnerUserId", "ParentId", "p"),
            ("Comments.xml", "UserId", "PostId", "c"),
        ):
            for _, row in etree.iterparse(Path(folder) / name, tag="row"):
                of = row.get(parent)
                if sign == "c" or row.get("PostTypeId") in ("1", "2"):
                    parent_id = f"p{of}" if of else None
                    key = f"{sign}{row.get('Id')}"
                    rows.append((key, row.get(author), row.get("CreationDate"), parent_id))
                row.clear()
    contents = pd.DataFrame(rows, columns=["id", "author", "at", "parent"])
    contents["at"] = pd.to_datetime(contents["at"])
    recent = contents["at"] >= contents["at"].max() - pd.Timedelta(days=SPAN_DAYS)
    return of_contents(contents[recent], np.empty(0))


def read_simulation(exports: Path) -> Marginals:
    """The same of a simulated network, and who is followed by how many."""
    contents = duckdb.sql(
        f"""
        select content_id as id, any_value(author_id) as author,
            any_value(published_at) as "at", any_value(reply_to_id) as parent
        from read_parquet('{exports}/contents/*/part.parquet') group by content_id
        """
    ).df()
    follows = duckdb.sql(
        f"""
        select count(distinct actor_id) as followers
        from read_parquet('{exports}/relations/*/part.parquet')
        where verb = 'follow' group by target_id
        """
    ).df()
    return of_contents(contents, follows["followers"].to_numpy(np.float64))


def _tail(axis: Any, values: Numbers, label: str, **style: Any) -> None:
    """The share of values at least as large, on two logarithmic axes."""
    if len(values) == 0:
        return
    ordered = np.sort(values)
    share = 1.0 - np.arange(len(ordered)) / len(ordered)
    axis.plot(ordered, share, label=label, **style)
    axis.set(xscale="log", yscale="log", ylabel="share at least as large")


def draw(simulated: Marginals, travel: Marginals, picture: Path) -> None:
    """Six panels, both networks in each."""
    figure, axes = plt.subplots(2, 3, figsize=(13, 7.2), layout="constrained")
    ours: dict[str, Any] = {"color": "#1b6ca8", "linewidth": 1.8}
    theirs: dict[str, Any] = {"color": "#d1495b", "linewidth": 1.8}
    panels = (
        ("contributions", "Posts and comments per contributor", "contributions in 180 days"),
        ("posts", "Posts per author", "posts (travel: questions) in 180 days"),
        ("answered_by", "In-degree", "other people who replied to a person"),
        ("delays_hours", "Reply delay", "hours from a content to each reply"),
        ("gaps_days", "Gap between contributions", "days between one's consecutive contributions"),
    )
    for axis, (name, title, unit) in zip(axes.flat[:5], panels, strict=True):
        _tail(axis, getattr(travel, name), "travel site, last 180 days", **theirs)
        _tail(axis, getattr(simulated, name), "simulator, 20,000 users", **ours)
        axis.set(title=title, xlabel=unit)
    dashed = {**ours, "linestyle": "--", "linewidth": 1.2}
    _tail(axes.flat[2], simulated.follows, "simulator, followers", **dashed)
    axes.flat[3].set_xlim(left=1e-3)
    axes.flat[4].set_xlim(left=1e-4)
    week = axes.flat[5]
    week.plot(100 * travel.hours, label="travel site", **theirs)
    week.plot(100 * simulated.hours, label="simulator", **ours)
    week.set(title="Hour of the week (UTC)", ylabel="% of contributions", ylim=(0, None))
    week.set_xticks(range(0, 168, 24), ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
    for axis in axes.flat:
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(frameon=False, fontsize=8)
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=110)
    plt.close(figure)


def table(simulated: Marginals, travel: Marginals) -> str:
    """Median, upper quantiles and the top hundredth's share, as Markdown."""
    lines = ["| marginal | network | n | median | p90 | p99 | max | top 1 % hold |"]
    lines.append("|---|---|--:|--:|--:|--:|--:|--:|")
    for name in ("contributions", "posts", "answered_by", "follows", "delays_hours", "gaps_days"):
        for network, marginals in (("travel", travel), ("simulator", simulated)):
            values = np.sort(getattr(marginals, name))
            if len(values) == 0:
                continue
            p50, p90, p99 = np.quantile(values, [0.5, 0.9, 0.99])
            top = values[-max(len(values) // 100, 1) :].sum() / values.sum()
            figures = f"{p50:.3g} | {p90:.3g} | {p99:.3g} | {values[-1]:.3g} | {top:.0%}"
            lines.append(f"| {name} | {network} | {len(values):,} | {figures} |")
    return "\n".join(lines)


def main() -> None:
    """Simulate, read the dump, draw and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picture", type=Path, default=PICTURE)
    asked = parser.parse_args()
    if not DUMP.exists():
        parser.error(f"{DUMP} is missing; name the folder of the public data in TOWNSQUARE_DATA")
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        simulate(home, asked.users, SPAN_DAYS, asked.seed)
        simulated = read_simulation(home.exports)
    travel = read_travel(DUMP)
    draw(simulated, travel, asked.picture)
    print(table(simulated, travel))
    correlation = np.corrcoef(simulated.hours, travel.hours)[0, 1]
    print(f"\nHour of the week: correlation {correlation:.2f}. Picture: {asked.picture}")


if __name__ == "__main__":
    main()
