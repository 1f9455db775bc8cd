"""Townsquare: a social-media data platform that moves, guards and publishes one network's data."""

__version__ = "0.1.0"
