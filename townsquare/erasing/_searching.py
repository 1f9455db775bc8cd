"""Searches every file of a home for a person, unpacked and decoded."""

from pathlib import Path

import duckdb

from townsquare.erasing import _databases, _landing, _stores, _texts
from townsquare.erasing._parquet import folders, parquet_files
from townsquare.erasing._person import Person
from townsquare.settings import Home


def search(home: Home, connection: duckdb.DuckDBPyConnection, person: Person) -> list[Path]:
    """The files that name the person: cells by value, texts by word, packed or not.

    An id that need not mean the person is looked for in columns that hold users, and elsewhere
    where what stands before it says that it is a user's.
    """
    files = parquet_files(home.root)
    found = [path for one in folders(home, connection, person, files) for path in one.naming()]
    found += _landing.quarantine_naming(home, person)
    found += [
        path
        for path in sorted(home.root.rglob("*.duckdb"))
        if path.is_file() and _databases.names(path, person)
    ]
    for path in _texts.plain_files(home.root):
        if _stores.is_store(path):
            if _stores.names(path, person):
                found.append(path)
        elif _texts.names(home, path, person):
            found.append(path)
    return sorted(set(found))
