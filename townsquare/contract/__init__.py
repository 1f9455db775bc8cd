"""The source contract: the tables that every network is told in, read from one YAML per table."""

from townsquare.contract._tables import Column, Table, load_table, load_tables

__all__ = ["Column", "Table", "load_table", "load_tables"]
