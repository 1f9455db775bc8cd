"""Erases a person from a home: every row and file of theirs, leaving a nameless receipt."""

from townsquare.erasing._erasing import check, erase, finish, is_source_outside
from townsquare.erasing._person import Person
from townsquare.erasing._searching import search

__all__ = ["Person", "check", "erase", "finish", "is_source_outside", "search"]
