"""One file per chart of the page, found by its name in this folder."""
