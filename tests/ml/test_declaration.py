import re
from pathlib import Path

import pytest
import worlds

from ml.declaration import load, load_all
from townsquare.errors import TownsquareError
from townsquare.network import Network, Windows
from townsquare.settings import PROJECT_ROOT


def test_the_horizon_is_read_from_the_labels_name_filled_from_the_networks_windows(
    tmp_path: Path,
) -> None:
    path = worlds.declare(tmp_path)
    assert load(path, Network()).horizon_days == 28
    longer = Network(windows=Windows(churn_horizon_days=90))
    found = load(path, longer)
    assert (found.label, found.horizon_days) == ("is_churned_next_90d", 90)
    assert "next 90 days" in found.question


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"shedule": "daily"}, "shedule"),
        ({"label": "is_churned"}, "_next_<n>d"),
        ({"label": "is_churned_next_{no_such_window}d"}, "no_such_window"),
        ({"features": ["n_posts_next_7d"]}, "looks ahead"),
        ({"features": ["n_posts_28d", "n_posts_28d"]}, "listed twice"),
        ({"features": []}, "features"),
        ({"features": ["user_id"], "segments": None}, "grain"),
        ({"segments": ["n_likes_28d"]}, "n_likes_28d"),
        ({"grain": ["user_id", "day"]}, "as_of_date"),
        ({"bands": {"high": 0.2, "medium": 0.5}}, "above medium"),
        ({"expires_days": 60}, "outlive"),
        ({"model": {"kind": "crystal_ball"}}, "kind"),
        ({"model": {"kind": "lightgbm_binary", "params": {"seed": 4}}}, "repeated"),
        ({"owner": None}, "owner"),
    ],
)
def test_a_broken_declaration_is_refused_in_a_sentence_that_names_its_file(
    tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    path = worlds.declare(tmp_path, **changes)
    with pytest.raises(TownsquareError) as refused:
        load(path, Network())
    assert str(path) in str(refused.value)
    assert said in str(refused.value)


def test_the_page_that_a_refusal_points_to_is_there(tmp_path: Path) -> None:
    with pytest.raises(TownsquareError) as refused:
        load(worlds.declare(tmp_path, features=[]), Network())
    page = re.search(r"as (\S+\.md) shows", str(refused.value))
    assert page is not None
    assert (PROJECT_ROOT / page.group(1)).is_file()


def test_a_file_that_is_no_yaml_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "churn.yml"
    path.write_text("question: [unclosed", encoding="utf-8")
    with pytest.raises(TownsquareError, match=r"churn\.yml cannot be read"):
        load(path, Network())


def test_only_what_shapes_the_model_changes_its_fingerprint(tmp_path: Path) -> None:
    before = load(worlds.declare(tmp_path), Network())
    reworded = load(worlds.declare(tmp_path, owner="growth", expires_days=7), Network())
    narrowed = load(worlds.declare(tmp_path, features=list(worlds.FEATURES[:3])), Network())
    assert before.fingerprint == reworded.fingerprint
    assert before.fingerprint != narrowed.fingerprint


def test_every_file_in_the_folder_is_a_score_in_order_of_names() -> None:
    names = [score.name for score in load_all(Network())]
    assert names == sorted(names)
    assert {"churn", "conversion"} <= set(names)
