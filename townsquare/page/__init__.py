"""The page to look at: one HTML file in every release, made of that release alone."""

from townsquare.page._page import PAGE, write

__all__ = ["PAGE", "write"]
