"""Streams the rows of a Stack Exchange XML file, trusting nothing in it but its attributes."""

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from townsquare.errors import TownsquareError

_BLOCK = 1 << 20
# A post is at most 30,000 characters; what is longer than this is no row but an attack or a defect.
_LONGEST_ROW = 8 * _BLOCK


class _Rows:
    """The handlers of one parse: keeps the elements below the root, refuses everything else."""

    def __init__(self, shown: str, root: str) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []
        self.is_closed = False
        self._shown = shown
        self._root = root
        self._depth = 0

    def parser(self) -> expat.XMLParserType:
        """A parser that tells this object what it meets."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse
        return parser

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 2:
            self.found.append((name, attributes))
        elif self._depth == 1 and name != self._root:
            raise TownsquareError(
                f"{self._shown} begins with <{name}>, not with <{self._root}>; it is not the "
                "file of a Stack Exchange dump that its name says."
            )

    def _end(self, _name: str) -> None:
        self._depth -= 1
        self.is_closed = self._depth == 0

    def _refuse(self, *_: object) -> NoReturn:
        raise TownsquareError(
            f"{self._shown} declares a document type or an entity, which no Stack Exchange dump "
            "does; it is refused unread: get the file from its source again."
        )


def read_rows(
    path: Path, root: str, shown: str
) -> Iterator[tuple[list[tuple[str, dict[str, str]]], int]]:
    """The elements below `root`, a block of the file at a time, with the bytes read so far.

    `shown` is what an error calls the file: it may lie in an archive.
    """
    rows = _Rows(shown, root)
    parser = rows.parser()
    done, last_found = 0, 0
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            done += len(block)
            try:
                parser.Parse(block, not block)
            except (expat.ExpatError, LookupError, ValueError) as error:
                # An encoding that Python lacks, or of several bytes, is no error of expat's own.
                raise TownsquareError(
                    f"{shown} is not whole XML: {error}; nothing of it is landed, get the file "
                    "from its source again."
                ) from error
            if rows.found:
                yield rows.found, done
                rows.found = []
                last_found = done
            elif done - last_found > _LONGEST_ROW:
                raise TownsquareError(
                    f"{shown} has a row longer than {_LONGEST_ROW >> 20} MB before byte {done}; "
                    "nothing of it is landed, get the file from its source again."
                )
            if not block:
                return
