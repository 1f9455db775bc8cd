"""A guard that no test has seen to refuse anything is found, and fails a whole run."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import guarding
import pytest

from townsquare.errors import TownsquareError
from townsquare.quality import Check

_NEW = """
def mend(text):
    if not text:
        raise ValueError(
            f"{text!r} is not a text that can be mended"
        )
    try:
        return int(text)
    except ValueError as error:
        raise LookupError(text) from error
"""


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A product of one module, whose guards no other test can have seen."""
    monkeypatch.setattr(guarding, "PROJECT_ROOT", tmp_path)
    monkeypatch.setattr(guarding, "SEEN", guarding.Seen())
    monkeypatch.setattr(guarding, "DEBT", tmp_path / "unseen_guards.txt")
    (tmp_path / "townsquare").mkdir()
    (tmp_path / "townsquare" / "new.py").write_text(_NEW, encoding="utf-8")
    guarding.raises.cache_clear()
    guarding.gate_checks.cache_clear()
    yield tmp_path / "townsquare" / "new.py"
    guarding.raises.cache_clear()
    guarding.gate_checks.cache_clear()


def test_the_guards_of_the_product_are_listed() -> None:
    said = [guard.said for guard in guarding.raises()]
    assert len(said) > 100
    assert any("holds nothing that the adapter" in one for one in said)
    assert {"contract gate: accounting", "release gate: size"} <= {
        guard.said for guard in guarding.gate_checks()
    }


def test_a_guard_is_seen_when_a_test_expects_what_it_raises(product: Path) -> None:
    assert len(guarding.SEEN.unseen()) == 2
    module: dict[str, object] = {}
    exec(compile(product.read_text(encoding="utf-8"), str(product), "exec"), module)
    mend = module["mend"]
    assert callable(mend)
    with pytest.raises(ValueError, match="mended"):
        mend("")
    (left,) = guarding.SEEN.unseen()
    assert str(left) == "townsquare/new.py: LookupError(text)"
    with pytest.raises(LookupError):
        mend("x")
    assert guarding.SEEN.unseen() == []


def test_a_guard_is_seen_by_the_sentence_that_the_command_printed(product: Path) -> None:
    guarding.SEEN.sentences.add("townsquare: '' is not a text that can be mended")
    assert [guard.first for guard in guarding.SEEN.unseen()] == [10]


def test_an_error_is_seen_where_it_is_made_even_if_the_product_handles_it() -> None:
    before = set(guarding.SEEN.places)
    TownsquareError("nobody raises this")
    assert {file for file, _ in guarding.SEEN.places - before} >= {"tests/test_guarding.py"}


def test_a_kind_of_gate_check_is_seen_once_it_fails(product: Path) -> None:
    product.write_text("_check('data', name, 'beauty', held)\n", encoding="utf-8")
    Check("data", "users", "beauty", None, "critical", True, "", "", "")
    assert [guard.said for guard in guarding.SEEN.unseen()] == ["data gate: beauty"]
    Check("data", "users", "beauty", None, "critical", False, "", "", "")
    assert guarding.SEEN.unseen() == []


def test_what_workers_saw_is_taken_over(product: Path) -> None:
    worker = guarding.Seen()
    worker.places.add(("townsquare/new.py", 5))
    worker.sentences.add("a sentence")
    guarding.SEEN.load(worker.dump())
    assert [guard.first for guard in guarding.SEEN.unseen()] == [10]


@pytest.mark.parametrize(("keyword", "code"), [("", 1), ("one test", 0)])
def test_a_whole_run_with_an_unseen_guard_fails(product: Path, keyword: str, code: int) -> None:
    option = SimpleNamespace(
        keyword=keyword, markexpr="", lf=False, collectonly=False, keep_guards=None
    )
    config = SimpleNamespace(args=["tests"], getini=lambda _: ["tests"], option=option)
    session = SimpleNamespace(config=config, exitstatus=0)
    guarding.Watch().pytest_sessionfinish(session, 0)  # type: ignore[arg-type]
    assert session.exitstatus == code


def test_old_debt_is_borne_until_it_is_paid_and_new_debt_is_not(product: Path) -> None:
    first, second = guarding.SEEN.unseen()
    guarding.DEBT.write_text(f"{first}\n", encoding="utf-8")
    assert guarding.SEEN.unpaid() == [second]
    guarding.SEEN.places.add((first.file, first.first))
    assert f"  {first}" in list(guarding.told())[-1:]
