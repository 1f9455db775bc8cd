"""What LightGBM must be told so that the same rows give the same trees, whatever the machine."""

REPEATABLE: dict[str, bool | int] = {
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 2,
    "verbosity": -1,
}
