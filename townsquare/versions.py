"""What made something: the code of this installation and the engines that it runs on."""

import hashlib
import platform
from functools import cache
from importlib.metadata import version

from townsquare.settings import PROJECT_ROOT

_CODE = ("townsquare", "ml", "dbt_project")
_KINDS = {".py", ".sql", ".yml"}
_MADE = PROJECT_ROOT / "dbt_project" / "target"  # what dbt makes of the code
_ENGINES = ("dbt-core", "dbt-duckdb", "duckdb", "lightgbm", "numpy", "pyarrow")


@cache
def code_version() -> str:
    """A hash of the code between landing and release, known also where there is no git."""
    digest = hashlib.sha256()
    for folder in _CODE:
        for path in sorted((PROJECT_ROOT / folder).rglob("*")):
            if path.suffix in _KINDS and path.is_file() and _MADE not in path.parents:
                digest.update(path.relative_to(PROJECT_ROOT).as_posix().encode() + b"\0")
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def engines() -> dict[str, str]:
    """The version of every engine that could give other bytes if it were another one."""
    return {"python": platform.python_version(), **{name: version(name) for name in _ENGINES}}
