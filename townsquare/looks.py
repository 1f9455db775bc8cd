"""What every page that people look at shares: its style sheet and its drawings' colours."""

from pathlib import Path

# Of Okabe and Ito (2008), which people who see few colours tell apart; the palest are left out,
# because they vanish on white. Each holds on white and on black.
BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#B1619B", "#8A8F98"
INK = "currentColor"  # the page's own, so that a drawing is dark by day and light by night


def stylesheet() -> str:
    """The style sheet, for a page to hold inside."""
    return Path(__file__).with_name("style.css").read_text(encoding="utf-8")
