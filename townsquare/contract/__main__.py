"""`python -m townsquare.contract` writes what is derived from the contract: dbt's sources file."""

from townsquare.contract._dbt import write_sources

if __name__ == "__main__":
    print(write_sources())  # noqa: T201
