"""Writes the model card of a version: one HTML file that needs nothing from outside."""

from ml.cards._page import write_card

__all__ = ["write_card"]
