import subprocess
import sys

import pytest

HEAVY = ("lightgbm", "mlflow", "sklearn", "matplotlib", "scipy")


def loaded(statement: str, *modules: str) -> str:
    code = f"{statement}; import sys; print(*[name for name in {modules} if name in sys.modules])"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_reading_declarations_loads_nothing_that_a_dag_file_may_not_load() -> None:
    assert loaded("import ml.declaration", *HEAVY, "numpy", "pandas", "pyarrow", "duckdb") == ""


@pytest.mark.parametrize("module", ["learning", "registry", "scoring"])
def test_what_a_task_imports_loads_a_learner_only_when_it_is_called(module: str) -> None:
    assert loaded(f"import ml.{module}", *HEAVY) == ""


def test_the_check_can_fail() -> None:
    assert loaded("import scipy", *HEAVY) == "scipy"
