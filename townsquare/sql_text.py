"""Names and texts as SQL writes them, for the statements that take no bound parameter there."""


def identifier(name: str) -> str:
    """A name of a table or column."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """A text, such as the path of a database to attach."""
    return "'" + str(text).replace("'", "''") + "'"
