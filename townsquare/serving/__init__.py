"""PostgreSQL as a place to read releases: loaded whole, switched to in one step, kept, erased."""

from townsquare.serving._serving import follow, serve

__all__ = ["follow", "serve"]
