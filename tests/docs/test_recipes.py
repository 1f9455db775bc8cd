"""Follows the recipes on a copy of the project: what they show must be accepted and true."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from guides import copy_code, copy_home, in_project, named_blocks, write_files
from lxml import html

from townsquare.metrics import Engine, Question, declarations
from townsquare.settings import PROJECT_ROOT, Home

RECIPES = sorted((PROJECT_ROOT / "docs" / "recipes").glob("*.md"))
FILES = {
    name: text for path in RECIPES for name, text in named_blocks(f"recipes/{path.name}").items()
}
IMPORT = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from townsquare import ingest, settings
home = settings.Home(Path(sys.argv[2]))
accounts = ingest.import_source(home, "mailinglist", Path(sys.argv[1]))
print(json.dumps([asdict(account.tables["contents"]) for account in accounts], default=str))
"""
MESSAGES = [
    {"id": 1, "from": "a", "date": "2024-01-01T10:00:00Z", "subject": "Hello", "text": "all"},
    {"id": 2, "from": "b", "date": "2024-01-02T10:00:00Z", "in_reply_to": "1"},
    {"id": 2, "from": "b", "date": "2024-01-02T10:00:00Z", "in_reply_to": "1"},
    {"from": "nobody", "date": "2024-01-02T10:00:00Z"},
]


@dataclass(frozen=True)
class Followed:
    project: Path
    home: Home


@pytest.fixture(scope="module")
def followed(world: Home, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """The project with every file that a recipe shows."""
    project = tmp_path_factory.mktemp("recipes")
    copy_code(project)
    write_files(project, FILES)
    return Followed(project, copy_home(world, project / "var"))


def test_there_is_a_recipe_for_each_common_change() -> None:
    assert [path.stem for path in RECIPES] == [
        "add-a-chart",
        "add-a-feature",
        "add-a-mart",
        "add-a-metric",
        "add-a-score",
        "add-a-source-adapter",
        "add-an-expectation-suite",
    ]
    for path in RECIPES:
        text = path.read_text(encoding="utf-8")
        assert "\n1. " in text and "\n4. " in text, f"{path.name} is not numbered steps"


def test_the_recipes_files_are_new_ones() -> None:
    assert len(FILES) >= 6
    assert [name for name in FILES if (PROJECT_ROOT / name).exists()] == []


def test_the_mart_and_the_feature_build_and_pass_their_tests(followed: Followed) -> None:
    told = in_project(
        followed.project,
        followed.home,
        *("-c", "from townsquare.cli import main; main()"),
        *("dbt", "build", "--select", "country_days", "feat_user_nights"),
    )
    assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-1000:]
    assert "country_days_counts_a_user_once_a_day" in told.stdout
    with duckdb.connect(str(followed.home.marts), read_only=True) as marts:
        rows = marts.execute(
            """
            with users_there as (select * from users where country is not null)
            select
                (select sum(n_active_users) from country_days),
                (select count(*) from user_days inner join users_there using (user_id))
            """
        ).fetchall()
    assert rows[0][0] == rows[0][1] > 0
    _holds_the_metric(followed)
    with duckdb.connect(str(followed.home.warehouse), read_only=True) as warehouse:
        counted = warehouse.execute(
            "select max(n_night_activities_28d) from features.feat_user_nights"
        ).fetchall()
    assert counted[0][0] > 0


def _holds_the_metric(followed: Followed) -> None:
    """What the recipe declares, asked by the dimension that it names."""
    vars(followed.home)["dbt_target"] = followed.project / "dbt_project" / "target"
    by = ["country_day__country"]
    sql = Engine(declarations(followed.home)).sql(Question(["n_activities_with_a_country"], by))
    with duckdb.connect(str(followed.home.marts), read_only=True) as marts:
        given = dict(marts.execute(sql).fetchall())
        by_hand = "select country, sum(n_activities) from country_days group by country"
        assert given == dict(marts.execute(by_hand).fetchall())
    assert given


def test_the_suite_is_understood_and_names_columns_that_the_mart_has(followed: Followed) -> None:
    read = (
        "from townsquare.quality import read_suites\n"
        "(suite,) = [s for s in read_suites() if s.relation == 'country_days']\n"
        "print(' '.join(sorted(suite.columns)))"
    )
    told = in_project(followed.project, followed.home, "-c", read)
    assert told.returncode == 0, told.stderr[-2000:]
    described = FILES["dbt_project/models/marts/users/country_days.yml"]
    assert told.stdout.split()
    assert [name for name in told.stdout.split() if f"- name: {name}\n" not in described] == []


def test_the_adapter_lands_each_row_where_it_belongs(followed: Followed, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    lines = [*map(json.dumps, MESSAGES), "no message"]
    (archive / "messages-2024.jsonl").write_text("\n".join(lines), encoding="utf-8")
    told = in_project(
        followed.project, followed.home, "-c", IMPORT, str(archive), str(tmp_path / "var")
    )
    assert told.returncode == 0, told.stderr[-2000:]
    (account,) = json.loads(told.stdout)
    assert (account["read"], account["landed"]) == (5, 2)
    assert (account["quarantined"], account["duplicate"]) == (2, 1)
    assert any("KeyError('id')" in reason for reason in account["reasons"])


def test_the_chart_is_drawn_from_a_release_without_another_edit(
    followed: Followed, world: Home, tmp_path: Path
) -> None:
    release = tmp_path / world.current.resolve().name
    shutil.copytree(world.current.resolve(), release)
    write = f"from pathlib import Path; from townsquare import page; page.write(Path('{release}'))"
    release.joinpath("report.html").unlink(missing_ok=True)
    told = in_project(followed.project, followed.home, "-c", write)
    assert told.returncode == 0, told.stderr[-2000:]
    drawn = html.parse(str(release / "report.html")).getroot().get_element_by_id("new_users")
    assert "joined in the last whole week" in drawn.xpath("string(.//h3)")
    assert drawn.xpath(".//*[@role='img']") and len(drawn.xpath(".//tbody/tr")) > 20
