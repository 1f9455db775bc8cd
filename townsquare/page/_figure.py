"""One chart on the page: its finding, its drawings, how to read it, and its figures as a table."""

from collections.abc import Callable, Mapping
from html import escape

from townsquare import words
from townsquare.page._answers import Answer
from townsquare.page._chart import Row, Rows


def figure(answer: Answer) -> str:
    """The HTML of one chart; without anything to draw it says so and why."""
    chart, kind = answer.chart, "wide" if answer.chart.is_wide else "half"
    question = f'<p class="question">{escape(chart.question)}</p>'
    if answer.absent:
        return (
            f'<figure id="{answer.name}" class="{kind} absent"><figcaption>{question}'
            f"<p>Not shown: {escape(answer.absent)}</p></figcaption></figure>"
        )
    return (
        f'<figure id="{answer.name}" class="{kind}"><figcaption>{question}'
        f"<h3>{escape(words.sentence(answer.title))}</h3></figcaption>"
        f'<div class="panels">{_panels(answer)}</div><output></output>'
        f'<p class="reads">{escape(words.sentence(chart.reads))}</p>'
        f"<details><summary>The figures<span> of: {escape(chart.question)}</span></summary>"
        f"{table(answer.rows, chart.columns, answer.title, chart.shows)}</details></figure>"
    )


def _panels(answer: Answer) -> str:
    told = []
    for drawing in answer.drawings:
        name = f"<h4>{escape(words.sentence(drawing.name))}</h4>" if drawing.name else ""
        said = ". ".join(filter(None, (answer.chart.question, drawing.name, answer.title)))
        told.append(
            f'<div class="panel">{name}<div class="drawing" id="{drawing.key}" tabindex="0" '
            f'role="img" aria-label="{escape(said)}" aria-describedby="by-key"></div></div>'
        )
    return "".join(told)


def _class(is_number: bool) -> str:
    return ' class="n"' if is_number else ""


def table(
    rows: Rows, columns: Mapping[str, str], caption: str, shows: Callable[[Row], Row] = dict
) -> str:
    """Rows as a table with heads for every column; it scrolls by itself on a narrow screen."""
    numbers = {name for name in columns if any(isinstance(row[name], int | float) for row in rows)}
    heads = "".join(
        f'<th scope="col"{_class(name in numbers)}>{escape(head)}</th>'
        for name, head in columns.items()
    )
    lines = []
    for shown in map(shows, rows):
        cells = [
            f"<td{_class(name in numbers)}>{escape(words.cell(name, shown[name]))}</td>"
            for name in columns
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )
