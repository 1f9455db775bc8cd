"""Damaged .7z archives of a Stack Exchange dump."""

import lzma
from pathlib import Path
from random import Random

import py7zr

from damaged import case
from damaged.dump_xml import AT, USERS, document


def archive(folder: Path, **changed: str) -> Path:
    """A good archive, but for these files; a text of None leaves a file out."""
    rows = "".join(f'<row Id="{i}" PostId="1" VoteTypeId="2" {AT} />' for i in range(300))
    good = {"Users.xml": document("users", USERS), "Votes.xml": document("votes", rows)}
    path = folder / "site.7z"
    with py7zr.SevenZipFile(path, "w") as packed:
        for name, text in (good | changed).items():
            packed.writestr(text, name)
    return path


def _renamed(folder: Path, name: str) -> Path:
    path = folder / "site.7z"
    with py7zr.SevenZipFile(path, "w") as packed:
        packed.writestr(document("users", USERS), "Users.xml")
        packed.header.files_info.files[-1]["filename"] = name
    return path


@case("stackexchange", refused=r"site.7z cannot be read as .7z")
def a_7z_cut_in_its_rows(folder: Path, draw: Random) -> Path:
    path = archive(folder)
    whole = path.read_bytes()
    path.write_bytes(whole[: draw.randrange(40, len(whole) - 40)])
    return path


@case("stackexchange", refused=r"site.7z cannot be read as .7z")
def a_7z_cut_in_its_first_bytes(folder: Path, draw: Random) -> Path:
    path = archive(folder)
    path.write_bytes(path.read_bytes()[:20])
    return path


@case("stackexchange", refused=r"site.7z cannot be read as .7z")
def an_empty_7z(folder: Path, draw: Random) -> Path:
    (folder / "site.7z").write_bytes(b"")
    return folder / "site.7z"


@case("stackexchange", refused=r"site.7z cannot be read as .7z")
def a_zip_under_the_name_of_a_7z(folder: Path, draw: Random) -> Path:
    (folder / "site.7z").write_bytes(b"PK\x03\x04" + bytes(100))
    return folder / "site.7z"


@case("stackexchange", refused=r"site.7z cannot be (read|unpacked)")
def a_7z_whose_rows_were_overwritten(folder: Path, draw: Random) -> Path:
    path = archive(folder)
    content = bytearray(path.read_bytes())
    content[60:90] = draw.randbytes(30)
    path.write_bytes(content)
    return path


@case("stackexchange", refused="is encrypted")
def a_7z_with_a_password(folder: Path, draw: Random) -> Path:
    path = folder / "site.7z"
    with py7zr.SevenZipFile(path, "w", password="secret") as packed:
        packed.writestr(document("users", USERS), "Users.xml")
    return path


@case("stackexchange", refused="not a plain file in its top folder|cannot be read")
def a_7z_that_leads_to_the_parent(folder: Path, draw: Random) -> Path:
    return _renamed(folder, "../../Users.xml")


@case("stackexchange", refused="not a plain file in its top folder|cannot be read")
def a_7z_that_leads_to_the_root(folder: Path, draw: Random) -> Path:
    return _renamed(folder, "/etc/Users.xml")


@case("stackexchange", refused="not a plain file in its top folder|cannot be read")
def a_7z_that_leads_to_a_drive(folder: Path, draw: Random) -> Path:
    return _renamed(folder, "..\\Users.xml")


@case("stackexchange", refused="not a plain file in its top folder")
def a_7z_that_holds_a_link(folder: Path, draw: Random) -> Path:
    (folder / "Users.xml").symlink_to("/etc/passwd")
    path = folder / "site.7z"
    with py7zr.SevenZipFile(path, "w") as packed:
        packed.write(folder / "Users.xml", "Users.xml")
    return path


@case("stackexchange", refused="twice")
def a_7z_that_holds_a_name_twice(folder: Path, draw: Random) -> Path:
    path = folder / "site.7z"
    with py7zr.SevenZipFile(path, "w") as packed:
        packed.writestr(document("users", USERS), "Users.xml")
        packed.writestr(document("users", ""), "Other.xml")
        packed.header.files_info.files[-1]["filename"] = "Users.xml"
    return path


@case("stackexchange", refused="times its own size", is_bomb=True)
def a_7z_bomb(folder: Path, draw: Random) -> Path:
    path = folder / "site.7z"
    big = folder / "Users.xml"
    with big.open("wb") as file:
        file.write(b"<users>")
        file.seek(400 << 20)
        file.write(b"</users>")
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0}]
    with py7zr.SevenZipFile(path, "w", filters=filters) as packed:
        packed.write(big, "Users.xml")
    big.unlink()
    return path


@case("stackexchange", refused="Votes.xml is not whole XML")
def a_7z_of_damaged_xml(folder: Path, draw: Random) -> Path:
    return archive(folder, **{"Votes.xml": "<votes><row Id="})


@case("stackexchange", refused="holds nothing that the adapter")
def a_7z_that_holds_nothing(folder: Path, draw: Random) -> Path:
    with py7zr.SevenZipFile(folder / "site.7z", "w"):
        pass
    return folder / "site.7z"


@case("stackexchange", landed={"users": 2, "interactions": 300})
def a_7z_with_strange_names_beside_the_dump(folder: Path, draw: Random) -> Path:
    return archive(folder, **{'it\'s "so" [b].xml': "x", "=1+1.csv": "y"})
