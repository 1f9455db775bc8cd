"""Landing: exports go in through an adapter, contract rows come to lie by table and day."""

from townsquare.ingest._accounts import (
    Account,
    TableAccount,
    read_accounts,
    read_batches,
    write_batch,
)
from townsquare.ingest._importing import import_source, land, next_as_of
from townsquare.ingest._lagging import lagging
from townsquare.ingest._news import News, read_news
from townsquare.ingest._places import MOVED, keys_folder, landed_sequence, prepare
from townsquare.ingest._verifying import verify
from townsquare.ingest.adapters import Progress, adapter_names

__all__ = [
    "MOVED",
    "Account",
    "News",
    "Progress",
    "TableAccount",
    "adapter_names",
    "import_source",
    "keys_folder",
    "lagging",
    "land",
    "landed_sequence",
    "next_as_of",
    "prepare",
    "read_accounts",
    "read_news",
    "read_batches",
    "verify",
    "write_batch",
]
