"""How every judged model's probabilities came true, as its own folder tells."""

from collections.abc import Iterator

from townsquare.settings import Home


def rows(home: Home) -> Iterator[tuple[object, ...]]:
    """Score, version, tenth, mean probability, share that happened, rows: of versions in the book.

    A version that was judged before its tenths were kept has none.
    """
    from ml import ledger, registry

    told = [
        (row["score_name"], row["model_version"]) for row in ledger.read(home, "model_versions")
    ]
    facts = {
        (score, version.name): version.facts
        for score in {score for score, _ in told}
        for version in registry.versions(home, score)
    }
    for score, name in told:
        tenths = facts.get((score, name), {}).get("judgement", {}).get("calibration", ())
        for place, (mean, share, n_rows) in enumerate(tenths, start=1):
            yield score, name, place, mean, share, int(n_rows)
