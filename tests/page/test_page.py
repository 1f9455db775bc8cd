"""The page of a release: what it says, what it keeps out, and what it does without."""

import json
import re
from pathlib import Path

import made_up
import pytest
from lxml import html

from townsquare import page, words
from townsquare import release as releases
from townsquare.page import _chart, _engine, _style
from townsquare.settings import Home


def read(folder: Path) -> html.HtmlElement:
    return html.fromstring((folder / page.PAGE).read_text(encoding="utf-8"))


def absent(folder: Path) -> dict[str, str]:
    found = read(folder).xpath("//figure[contains(@class, 'absent')]")
    return {one.get("id"): " ".join(one.text_content().split()) for one in found}


def figure(folder: Path, name: str) -> html.HtmlElement:
    return read(folder).get_element_by_id(name)


def test_every_file_of_the_folder_is_a_chart_with_its_drawing_and_its_table(made: Path) -> None:
    files = (Path(_chart.__file__).parent / "charts").glob("[a-z]*.py")
    names = {path.stem for path in files}
    assert absent(made) == {}
    assert {one.get("id") for one in read(made).xpath("//figure")} == names == set(_chart.load())
    for name in names:
        drawn = figure(made, name)
        assert drawn.xpath(".//*[@role='img' and @tabindex='0' and @aria-label]")
        assert drawn.xpath(".//details//tbody/tr") and drawn.xpath(".//th[@scope='col']")
        assert drawn.xpath("string(.//h3)")


def test_the_table_holds_the_figures_that_are_drawn(made: Path) -> None:
    cells = figure(made, "top_content").xpath(".//tbody/tr/td[last()]/text()")
    rows = json.loads(read(made).get_element_by_id("rows").text)["top_content-0"]
    at = rows["columns"].index("n_engagements")
    assert [int(cell) for cell in cells] == [row[at] for row in rows["rows"]]
    assert cells[0] == "20" and len(cells) == 10


def test_a_tile_and_the_list_of_what_moved_tell_one_figure_in_one_unit(release: Path) -> None:
    made_up.change(
        release,
        "update meta.changes set name = 'stickiness', value = 0.073, value_before = 0.1112, "
        "change = -0.0382, usual_low = -0.0548, usual_high = 0.0031 where name = 'mau'",
        "update meta.changes set name = 'avg_session_seconds', change = 25.64, usual_low = -186.4, "
        "usual_high = 143.67 where name = 'wau'",
    )
    page.write(release)
    tiles = read(release).xpath("//dl/div")
    (tile,) = [one.text_content() for one in tiles if "Stickiness" in one.text_content()]
    assert "\N{MINUS SIGN}3.8 points since the last release" in tile
    rows = json.loads(read(release).get_element_by_id("rows").text)
    drawn = str(rows["moved-0"]["rows"]) + str(rows["moved-1"]["rows"])
    assert "\N{MINUS SIGN}3.8 points (usual \N{MINUS SIGN}5.5 to +0.3)" in drawn
    listed = [
        [cell.text_content() for cell in row]
        for row in figure(release, "moved").xpath(".//tbody/tr")
    ]
    (stickiness,) = [row for row in listed if row[0] == "stickiness"]
    assert stickiness[2:5] == ["11\N{NO-BREAK SPACE}%", "7.3\N{NO-BREAK SPACE}%", "−3.8 points"]
    (session,) = [row for row in listed if row[0] == "avg_session_seconds"]
    assert session[4:7] == [f"{told}\N{NO-BREAK SPACE}s" for told in ("+25.6", "−186", "+144")]
    scores = figure(release, "moved_scores")
    assert scores.xpath("string(.//tbody/tr[1])").startswith("churn4030.00\N{NO-BREAK SPACE}%")
    assert "+10" in scores.xpath(".//tbody/tr[1]/td/text()")


def test_the_labels_of_lines_that_end_together_stand_above_each_other() -> None:
    rows = [{"day": 1, "a": 100.0, "b": 0.0, "c": 1.0}, {"day": 2, "a": 2.0, "b": 0.0, "c": None}]
    told = _style.series(rows, "day", {"a": "A", "b": "B", "c": "C"})
    at = {row["label"]: row["label_at"] for row in told if row["label"]}
    assert at == {"B": 0.0, "C": pytest.approx(7.0), "A": pytest.approx(14.0)}


def test_scores_that_are_not_there_are_told_once_and_a_reason_for_all_it_concerns(
    release: Path,
) -> None:
    made_up.change(
        release,
        "insert into meta.capabilities values "
        "('churn', 'score', false, 'not available: it is too early'), "
        "('scores', 'relation', false, 'churn: not available: it is too early')",
        "update meta.capabilities set is_available = false, reason = 'not available: no tag is "
        "known' where name in ('topics', 'content_topics')",
        "update meta.capabilities set is_available = false, "
        "reason = 'churn: not available: it is too early' where name = 'latest_scores'",
    )
    page.write(release)
    listed = [one.text_content() for one in read(release).xpath("//section[last()]//li")]
    assert listed == ["content_topics, topics: no tag is known", "churn: it is too early"]
    told = absent(release)
    assert told["score_distribution"].endswith("Not shown: latest_scores: churn: it is too early.")
    assert told["topics"].endswith("content_topics is not available: no tag is known.")


def test_retention_ends_where_few_people_are_left_to_tell_it(release: Path) -> None:
    weeks = [row.findtext("td") for row in figure(release, "retention_curve").xpath(".//tbody/tr")]
    assert weeks[-1] == "19"  # of 24 cohorts a quarter has had them
    made_up.change(release, "update retention_periods set n_users = 100 where period > 5")
    page.write(release)
    assert len(figure(release, "retention_curve").xpath(".//tbody/tr")) == 19 - 14


def test_a_sentence_says_what_is_seen(made: Path) -> None:
    said = {one.get("id"): one.xpath("string(.//h3)") for one in read(made).xpath("//figure")}
    assert said["moved"] == "1 of 4 figures moved more than usual: DAU"
    assert said["funnels"].startswith("Buying: 33\u00a0% get to “step 3”; joining: 33")
    assert said["calibration"] == (
        "On average probabilities were off by 2.0 points (churn), 2.0 points (conversion)"
    )
    assert said["score_distribution"].startswith("Churn: 39 of 100 in band high")


def test_what_people_wrote_stays_text(made: Path) -> None:
    source = (made / page.PAGE).read_text(encoding="utf-8")
    told = read(made)
    # as many scripts as the page has itself, and no element or attribute of theirs
    assert [one.get("id") for one in told.xpath("//script")] == ["engine", "drawings", "rows", None]
    assert not told.xpath("//img") and not told.xpath("//@onerror")
    assert "window.broken" not in "".join(told.xpath("//script[not(@type)]/text()"))
    # and yet it is shown as it was written, in the sentence, the table and the data
    shown = made_up.NASTY.replace("\u2028", "")
    assert shown in figure(made, "top_content").xpath("string(.//h3)").replace("\u2028", "")
    rows = json.loads(told.get_element_by_id("rows").text)
    assert made_up.NASTY in str(rows["topics-0"]["rows"][0]) or made_up.NASTY in {
        cell for row in rows["top_content-0"]["rows"] for cell in row
    }
    assert "\u2028" not in source.split('id="rows"')[1].split("</script>")[0]


def test_what_json_has_no_word_for_is_an_empty_cell() -> None:
    rows = [{"share": value} for value in (float("nan"), float("inf"), 0.5)]
    assert words.packed(rows)["rows"] == [[None], [None], [0.5]]


def test_nothing_is_loaded_from_outside(made: Path) -> None:
    source, told = (made / page.PAGE).read_text(encoding="utf-8"), read(made)
    outside = [one for one in told.xpath("//@src | //@href") if re.match(r"(\w+:)?//", one)]
    assert outside == []
    assert "url(" not in source and "@import" not in source
    assert "http://" not in source and "https://" not in source
    (policy,) = told.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_what_draws_is_one_long_word_in_which_no_id_can_stand(made: Path) -> None:
    told = read(made)
    for name in ("engine", "drawings"):
        assert re.fullmatch(r"[A-Za-z0-9_]+", told.get_element_by_id(name).text)
    assert re.fullmatch(r"\w+", _engine.packed("any text, and bytes: \u2028" * 99))


def test_the_same_release_gives_the_same_page(release: Path) -> None:
    first = (release / page.PAGE).read_bytes()
    page.write(release)
    assert (release / page.PAGE).read_bytes() == first


def test_what_the_network_does_not_support_is_said_with_the_reason(release: Path) -> None:
    made_up.change(
        release,
        "update meta.capabilities set is_available = false, "
        "reason = 'not available, for want of `surveys` & more' where name = 'trends'",
        "delete from meta.capabilities where name = 'funnels'",
        "delete from meta.changes",
        "update content_days set n_engagements = 0",
    )
    page.write(release)
    told = absent(release)
    assert told["trending"].endswith(
        "Not shown: trends is not available, for want of `surveys` & more."
    )
    assert told["funnels"].endswith("Not shown: funnels: it is not published.")
    assert "This is the first release" in told["moved"]
    assert "Nothing was liked" in told["top_content"]
    assert set(told) == {"trending", "funnels", "moved", "moved_scores", "top_content"}
    assert "for want of `surveys` & more" in read(release).xpath("string(//section[last()])")


def test_a_day_that_is_told_the_same_again_has_nothing_to_show_as_moved(release: Path) -> None:
    zero = ", ".join(
        f"{name} = 0" for name in ("change", "usual_low", "usual_high", "change_low", "change_high")
    )
    made_up.change(release, f"update meta.changes set {zero}")
    page.write(release)
    assert set(absent(release)) == {"moved", "moved_scores"}


def test_a_chart_that_cannot_be_drawn_leaves_the_others_alone(
    release: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made_up.change(release, "alter table funnels drop column n_entered")
    page.write(release)
    assert list(absent(release)) == ["funnels"]
    assert "cannot be drawn from this release" in absent(release)["funnels"]
    assert "the chart funnels cannot be drawn" in caplog.text


def test_a_network_of_one_day_says_what_it_has_to_wait_for(release: Path) -> None:
    made_up.change(
        release,
        "delete from daily_metrics where activity_date < '2025-06-30'",
        "update daily_metrics set wau = null, mau = null, stickiness = null",
        "update lifecycle_days set is_complete = false",
        "update engagement_days set is_complete = false",
        "update retention_cohorts set is_complete = false, share_retained = null",
        "update retention_periods set is_complete = false",
        "update funnels set is_complete = false",
        "delete from meta.model_versions",
        "delete from latest_scores",
        "delete from meta.changes",
    )
    page.write(release)
    told = absent(release)
    assert "no whole week" in told["active_users"] and "two weeks" in told["lifecycle_flows"]
    assert not [reason for reason in told.values() if "cannot be drawn" in reason]
    tiles = read(release).xpath("//dl//dt/text()")
    assert tiles == ["Daily active users"]


def test_a_release_without_marts_still_has_its_gates(release: Path) -> None:
    made_up.change(release, "delete from meta.capabilities", "drop table daily_metrics")
    made_up.change(release, "delete from meta.changes", "delete from meta.model_versions")
    page.write(release)
    told = read(release)
    assert not told.xpath("//script") and not told.xpath("//*[@role='img']")
    assert "2 of 3 checks held" in told.xpath("string(//header)")
    assert made_up.NASTY.split("\u2028")[0] in told.xpath(
        "string(//section[@aria-labelledby='part-gates'])"
    )


def test_headings_go_down_step_by_step_and_the_skip_link_has_a_target(made: Path) -> None:
    told = read(made)
    levels = [int(one.tag[1]) for one in told.xpath("//h1 | //h2 | //h3 | //h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    for link in told.xpath("//a[starts-with(@href, '#')]/@href"):
        assert told.xpath(f"//*[@id='{link[1:]}']"), link
    ids = told.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_a_published_release_has_its_page_among_its_files(world: Home) -> None:
    folder = world.current.resolve()
    manifest = releases.manifest_of(folder)
    assert manifest is not None and page.PAGE in manifest["files"]
    assert manifest["files"][page.PAGE]["bytes"] == (folder / page.PAGE).stat().st_size
    told = absent(folder)
    assert not [reason for reason in told.values() if "cannot be drawn" in reason]
    # a first release has nothing to compare with, and not every network has a trend today
    assert set(told) <= {"moved", "moved_scores", "trending", "mood", "topics"}
    assert "data_docs/index.html" in read(folder).xpath("//header//a/@href")
