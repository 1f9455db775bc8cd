"""What the report of a release costs: CPU seconds by part, memory, and bytes by part.

python bench/report.py HOME/releases/current
"""

import gzip
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path


def main(folder: Path) -> None:
    """Write the page of a copy of the release, and print what each part took."""
    taken, before = {}, time.process_time()

    def lap(name: str) -> None:
        nonlocal before
        now = time.process_time()
        taken[name], before = now - before, now

    from townsquare.page import _answers, _engine, _page

    lap("import townsquare.page")
    import altair

    lap("import altair")
    _engine.engine()
    lap("bundle and pack what draws")
    with tempfile.TemporaryDirectory() as scratch:
        release = Path(scratch) / folder.name
        shutil.copytree(folder, release)
        before = time.process_time()
        with _answers.opened(release) as opened:
            found = _answers.answers(opened)
        lap("ask and draw every chart")
        path = _page.write(release)
        lap("the whole page, with the above again")
        data = path.read_bytes()
        engine = len(_engine.engine())
    taken["the whole page, with the above again"] -= taken["ask and draw every chart"]
    print(f"altair {altair.__version__}, {len(found)} charts, "
          f"{sum(one.absent is not None for one in found)} of them absent")  # fmt: skip
    for name, seconds in taken.items():
        print(f"{name.removesuffix(', with the above again'):32} {seconds:6.2f} s CPU")
    print(f"{'all of it':32} {sum(taken.values()):6.2f} s CPU")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'peak memory':32} {peak:6.0f} MB")
    print(f"{'page':32} {len(data):9,} bytes, {len(gzip.compress(data)):,} gzipped")
    print(f"{'of which what draws':32} {engine:9,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
