from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from ml.text.taxonomy import Taxonomy, declared, drawn, remember, remembered
from townsquare.errors import TownsquareError

DAY = date(2025, 3, 1)


def posts(**counts: int) -> list[list[str]]:
    return [name.split("__") for name, n in counts.items() for _ in range(n)]


FIRST = posts(travel=40, travel__visa=30, cats=35, dogs__cats=10, rare=5)


def test_a_tag_that_comes_with_a_commoner_one_is_part_of_it() -> None:
    found = drawn(FIRST, None, DAY)
    assert {topic.id: topic.tags for topic in found.topics} == {
        "travel": ("travel", "visa"),
        "cats": ("cats",),
    }
    assert found.version == 1


def test_the_same_tags_again_change_neither_ids_nor_version() -> None:
    first = drawn(FIRST, None, DAY)
    assert drawn(FIRST[::-1], first, DAY + timedelta(days=40)) == first


def test_ids_last_when_a_fiftieth_of_the_contents_changes() -> None:
    rng = np.random.default_rng(2)
    tags = [[f"t{i % 40}", *([f"t{i % 40}-part"] if i % 3 == 0 else [])] for i in range(4_000)]
    first = drawn(tags, None, DAY)
    for place in rng.choice(len(tags), len(tags) // 50, replace=False):
        tags[place] = [f"t{rng.integers(40)}"]
    again = drawn(tags, first, DAY + timedelta(days=1))
    before = {topic.id: set(topic.tags) for topic in first.topics}
    after = {topic.id: set(topic.tags) for topic in again.topics}
    assert before.keys() <= after.keys()
    assert np.mean([before[one] <= after[one] for one in before]) >= 0.95
    afresh = {topic.id for topic in drawn(tags, None, DAY).topics}
    assert len(afresh & before.keys()) >= 0.95 * len(before)


def test_a_new_topic_is_suggested_first_and_active_after_four_weeks() -> None:
    first = drawn(FIRST, None, DAY)
    grown = FIRST + posts(chess=25, chess__opening=21)
    second = drawn(grown, first, DAY + timedelta(days=1))
    assert [t.id for t in second.topics if t.status == "suggested"] == ["chess"]
    assert second.version == 2
    assert "chess" not in second.by_tag()
    third = drawn(grown, second, DAY + timedelta(days=28))
    assert third.version == second.version
    fourth = drawn(grown, third, DAY + timedelta(days=29))
    assert fourth.by_tag()["opening"] == "chess" and fourth.version == 3


def test_a_topic_whose_tags_fall_silent_keeps_its_id() -> None:
    first = drawn(FIRST, None, DAY)
    later = drawn(posts(cats=50), first, DAY + timedelta(days=200))
    assert {topic.id for topic in later.topics} == {topic.id for topic in first.topics}


def test_names_that_are_no_latin_words_have_ids_too() -> None:
    found = drawn(posts(**{"c++": 30, "c#": 30, "旅行": 30}), None, DAY)
    ids = [topic.id for topic in found.topics]
    assert len(set(ids)) == 3 and all(each.isascii() and " " not in each for each in ids)


def test_what_is_remembered_is_the_same(tmp_path: Path) -> None:
    first = drawn(FIRST, None, DAY)
    remember(first, tmp_path / "taxonomy.json")
    assert remembered(tmp_path / "taxonomy.json") == first
    assert remembered(tmp_path / "absent.json") is None


def test_a_declared_taxonomy_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "taxonomy.yml"
    path.write_text("version: 3\ntopics:\n  - {id: pets, name: Pets, tags: [Cats], seeds: [dog]}\n")
    found = declared(path)
    assert isinstance(found, Taxonomy)
    assert (found.version, found.by_tag(), found.active[0].seeds) == (3, {"cats": "pets"}, ("dog",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\ntopics: []", "topics"),
        ("version: 1\ntopics:\n  - {id: A b, name: x}", "topics.0.id"),
        ("version: 1\ntopics:\n  - {id: a, name: x, tag: [y]}", "topics.0.tag"),
        ("version: 1\ntopics:\n  - {id: a, name: x}\n  - {id: a, name: y}", "given twice"),
        ("version: [", "taxonomy.yml"),
        ("", "the file"),
    ],
)
def test_a_wrong_declaration_is_refused_in_one_sentence(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "taxonomy.yml"
    path.write_text(text)
    with pytest.raises(TownsquareError, match=said) as error:
        declared(path)
    assert "\n" not in str(error.value)
