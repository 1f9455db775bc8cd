"""Damaged CSV files with the contract's columns."""

import gzip
import os
from pathlib import Path
from random import Random

from damaged import case

HEADER = "user_id,registered_at,name\n"
GOOD = "u1,2024-01-01,Ann\n"


def table(folder: Path, text: str, name: str = "users.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder


@case("files", refused="lacks the column 'user_id'.*it has none")
def an_empty_csv(folder: Path, draw: Random) -> Path:
    return table(folder, "")


@case("files", landed={})
def a_csv_of_a_header_only(folder: Path, draw: Random) -> Path:
    return table(folder, HEADER)


@case("files", refused="lacks the column 'registered_at'")
def a_csv_without_a_required_column(folder: Path, draw: Random) -> Path:
    return table(folder, "user_id,name\nu1,Ann\n")


@case("files", refused="has the column 'name' twice")
def a_csv_with_a_repeated_column(folder: Path, draw: Random) -> Path:
    return table(folder, "user_id,registered_at,name,name\nu1,2024-01-01,Ann,Bob\n")


@case("files", refused="has the column 'user_id;registered_at'")
def a_csv_with_semicolons(folder: Path, draw: Random) -> Path:
    return table(folder, "user_id;registered_at\nu1;2024-01-01\n")


@case("files", refused="users.csv is not UTF-8")
def a_csv_in_latin_1(folder: Path, draw: Random) -> Path:
    return table(folder, HEADER + "u1,2024-01-01,Zoë\n", encoding="latin-1")


@case("files", refused="users.csv is not UTF-8")
def a_csv_in_utf_16(folder: Path, draw: Random) -> Path:
    return table(folder, HEADER + GOOD, encoding="utf-16")


@case("files", landed={"users": 1})
def a_csv_with_a_mark(folder: Path, draw: Random) -> Path:
    return table(folder, HEADER + GOOD, encoding="utf-8-sig")


@case("files", refused=r"has the column '\\ufeffuser_id'")
def a_csv_with_two_marks(folder: Path, draw: Random) -> Path:
    return table(folder, "\ufeff" + HEADER + GOOD, encoding="utf-8-sig")


@case("files", refused="line 3 is not CSV")
def a_quote_that_is_never_closed(folder: Path, draw: Random) -> Path:
    return table(folder, HEADER + '"u1,2024-01-01,Ann\nu2,2024-01-01,Bob\n')


@case(
    "files",
    landed={"users": 1},
    quarantined={"users": {"the number of fields is not that of the header": 3}},
)
def rows_that_are_too_short_or_long(folder: Path, draw: Random) -> Path:
    return table(folder, HEADER + GOOD + "u2\nu3,2024-01-01\nu4,2024-01-01,Ann,Lee\n")


@case("files", landed={"users": 2}, duplicate={"users": 1})
def line_ends_of_every_kind(folder: Path, draw: Random) -> Path:
    return table(folder, HEADER + "u1,2024-01-01,Ann\r\n\r\nu2,2024-01-01,Bob\ru1,2024-01-01,Ann")


@case("files", landed={"users": 4}, quarantined={"users": {"user_id holds a NUL byte": 1}})
def quotes_formulas_and_nuls_in_csv(folder: Path, draw: Random) -> Path:
    rows = '"u""1",2024-01-01,=1+1\n' + "u'2,2024-01-01,@cmd\n" + 'u3,2024-01-01,"-2\n+3"\n'
    return table(folder, HEADER + rows + "a\0b,2024-01-01,x\n<u4>,2024-01-01,<b>bold</b>\n")


@case(
    "files",
    landed={"contents": 2},
    quarantined={
        "contents": {"tags is not a list": 2, "kind is not one of post, comment, image, video": 1}
    },
)
def lists_and_kinds_that_are_none(folder: Path, draw: Random) -> Path:
    text = "content_id,published_at,kind,tags\n"
    for i, (kind, tags) in enumerate(
        [("post", '"[""a"", ""b""]"'), ("post", ""), ("post", "a b"), ("post", "{"), ("poll", "")]
    ):
        text += f"{i},2024-01-01,{kind},{tags}\n"
    return table(folder, text, "contents.csv")


@case("files", refused="longer than 16 MB", is_bomb=True)
def a_csv_line_of_a_hundred_megabytes(folder: Path, draw: Random) -> Path:
    with gzip.open(folder / "users.csv.gz", "wt", compresslevel=1) as file:
        file.write(HEADER)
        for _ in range(100):
            file.write("a," * (1 << 19))
    return folder


@case("files", refused="longer than 16 MB", is_bomb=True)
def a_csv_record_over_millions_of_lines(folder: Path, draw: Random) -> Path:
    with gzip.open(folder / "users.csv.gz", "wt", compresslevel=1) as file:
        file.write(HEADER)
        for _ in range(100):
            file.write('"\n",' * (1 << 18))
    return folder


@case("files", landed={"users": 1}, quarantined={"users": {"user_id is missing": 1}})
def a_file_whose_name_is_not_text(folder: Path, draw: Random) -> Path:
    below = os.fsencode(folder / "users")
    os.mkdir(below)  # noqa: PTH102
    with open(os.path.join(below, b"\xff'\n.csv"), "wb") as file:  # noqa: PTH118, PTH123
        file.write((HEADER + GOOD + ",2024-01-01,Bob\n").encode())
    return folder


@case("files", refused="is a link")
def a_link_to_a_file_elsewhere(folder: Path, draw: Random) -> Path:
    (table(folder, HEADER + GOOD) / "messages.csv").symlink_to("/etc/passwd")
    return folder


@case("files", refused="is a link")
def a_link_to_nowhere(folder: Path, draw: Random) -> Path:
    (table(folder, HEADER + GOOD) / "messages.csv").symlink_to("gone")
    return folder


@case("files", refused="is a link")
def a_folder_that_links_to_itself(folder: Path, draw: Random) -> Path:
    (table(folder, HEADER + GOOD) / "messages").symlink_to(folder)
    return folder


@case("files", refused="is neither a file nor a folder")
def a_pipe_among_the_files(folder: Path, draw: Random) -> Path:
    os.mkfifo(table(folder, HEADER + GOOD) / "messages.csv")
    return folder


@case("files", refused="is neither a file nor a folder")
def a_pipe_instead_of_a_file(folder: Path, draw: Random) -> Path:
    os.mkfifo(folder / "messages.csv")
    return folder / "messages.csv"
