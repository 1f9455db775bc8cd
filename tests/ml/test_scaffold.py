from pathlib import Path

import pytest
import yaml

from ml.__main__ import main
from ml.declaration import load
from ml.scaffold import new_score
from townsquare.errors import TownsquareError
from townsquare.network import Network


def test_a_new_score_is_three_files_whose_declaration_can_be_read(tmp_path: Path) -> None:
    written = new_score("spam_report", tmp_path / "scores", tmp_path / "dbt")
    assert [path.name for path in written] == [
        "spam_report.yml",
        "frame_spam_report.sql",
        "frame_spam_report.yml",
    ]
    score = load(written[0], Network())
    assert (score.name, score.horizon_days) == ("spam_report", 28)
    frame = yaml.safe_load(written[2].read_text(encoding="utf-8"))["models"][0]
    assert frame["name"] == score.frame
    assert score.label in [column["name"] for column in frame["columns"]]
    assert "is_spam_report_next_{{ horizon_days }}d" in written[1].read_text(encoding="utf-8")


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    new_score("spam_report", tmp_path / "scores", tmp_path / "dbt")
    with pytest.raises(TownsquareError, match="is there already"):
        new_score("spam_report", tmp_path / "scores", tmp_path / "dbt")


def test_a_name_that_is_none_ends_the_command_with_one_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["new", "Spam Report"]) == 1
    assert "'Spam Report' is no name for a score" in capsys.readouterr().err
