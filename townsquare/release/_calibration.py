"""How every judged model's probabilities came true, as its own folder tells."""

from collections.abc import Iterator

from townsquare.settings import Home


def rows(home: Home) -> Iterator[tuple[object, ...]]:
    """Score, version, tenth, mean probability, share that happened, rows: of versions in the book.

    A version that was judged before its tenths were kept has none.
    """
    from ml import ledger, registry

    for told in ledger.read(home, "model_versions"):
        score, name = told["score_name"], told["model_version"]
        for version in registry.versions(home, score):
            if version.name == name:
                tenths = version.facts.get("judgement", {}).get("calibration", ())
                for place, (mean, share, n_rows) in enumerate(tenths, start=1):
                    yield score, name, place, mean, share, int(n_rows)
