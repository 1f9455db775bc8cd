"""Damaged .zip and .tar.gz archives of ActivityStreams documents."""

import gzip
import io
import json
import stat
import tarfile
import zipfile
from pathlib import Path
from random import Random

from damaged import case
from damaged.activities import LIKE, outbox

OUTBOX = json.dumps({"type": "OrderedCollection", "orderedItems": [LIKE] * 20}).encode()


def zipped(folder: Path, **files: bytes) -> Path:
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in ({"outbox.json": OUTBOX} | files).items():
            packed.writestr(name, content)
    return path


def tarred(folder: Path, *more: tarfile.TarInfo) -> Path:
    path = folder / "export.tar.gz"
    with tarfile.open(path, "w:gz") as packed:
        info = tarfile.TarInfo("outbox.json")
        info.size = len(OUTBOX)
        packed.addfile(info, io.BytesIO(OUTBOX))
        for one in more:
            packed.addfile(one, io.BytesIO(bytes(one.size)))
    return path


@case("activitystreams", refused="export.zip cannot be unpacked")
def a_zip_cut_short(folder: Path, draw: Random) -> Path:
    path = zipped(folder)
    whole = path.read_bytes()
    path.write_bytes(whole[: draw.randrange(10, len(whole) - 10)])
    return path


@case("activitystreams", refused="export.tar.gz cannot be unpacked")
def a_tar_cut_short(folder: Path, draw: Random) -> Path:
    path = tarred(folder)
    path.write_bytes(path.read_bytes()[:-30])
    return path


@case("activitystreams", refused="export.zip cannot be unpacked")
def a_zip_whose_bytes_were_overwritten(folder: Path, draw: Random) -> Path:
    path = zipped(folder)
    content = bytearray(path.read_bytes())
    content[60:80] = draw.randbytes(20)
    path.write_bytes(content)
    return path


@case("activitystreams", refused="export.zip cannot be unpacked")
def an_empty_zip(folder: Path, draw: Random) -> Path:
    (folder / "export.zip").write_bytes(b"")
    return folder / "export.zip"


@case("activitystreams", refused="holds nothing that the adapter")
def a_zip_that_holds_nothing(folder: Path, draw: Random) -> Path:
    with zipfile.ZipFile(folder / "export.zip", "w"):
        pass
    return folder / "export.zip"


@case("activitystreams", refused="a name that leads out of it")
def a_zip_that_leads_to_the_parent(folder: Path, draw: Random) -> Path:
    return zipped(folder, **{"../../outbox.json": OUTBOX})


@case("activitystreams", refused="a name that leads out of it")
def a_tar_that_leads_to_the_root(folder: Path, draw: Random) -> Path:
    return tarred(folder, tarfile.TarInfo("/etc/outbox.json"))


@case("activitystreams", refused="a name that leads out of it")
def a_zip_that_leads_to_a_drive(folder: Path, draw: Random) -> Path:
    return zipped(folder, **{"..\\outbox.json": OUTBOX})


@case("activitystreams", refused="which is a link")
def a_zip_that_holds_a_link(folder: Path, draw: Random) -> Path:
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w") as packed:
        link = zipfile.ZipInfo("outbox.json")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
    return path


@case("activitystreams", refused="a link or a device")
def a_tar_that_holds_a_hard_link(folder: Path, draw: Random) -> Path:
    link = tarfile.TarInfo("likes.json")
    link.type, link.linkname = tarfile.LNKTYPE, "../../../etc/passwd"
    return tarred(folder, link)


@case("activitystreams", refused="a link or a device")
def a_tar_that_holds_a_device(folder: Path, draw: Random) -> Path:
    device = tarfile.TarInfo("likes.json")
    device.type, device.devmajor, device.devminor = tarfile.CHRTYPE, 1, 5
    return tarred(folder, device)


@case("activitystreams", refused="holds 'outbox.json' twice")
def a_zip_that_holds_a_name_twice(folder: Path, draw: Random) -> Path:
    path = zipped(folder)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        info = zipfile.ZipInfo("outbox.jsom")
        packed.writestr(info, OUTBOX)
    path.write_bytes(path.read_bytes().replace(b"outbox.jsom", b"outbox.json"))
    return path


@case("activitystreams", refused="is encrypted")
def a_zip_with_a_password(folder: Path, draw: Random) -> Path:
    path = zipped(folder)
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    path.write_bytes(content)
    return path


@case("activitystreams", refused="times its own size", is_bomb=True)
def a_zip_bomb(folder: Path, draw: Random) -> Path:
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name in ("outbox.json", "likes.json", "bookmarks.json"):
            packed.writestr(name, b" " * (150 << 20))
    return path


@case("activitystreams", refused="times its own size", is_bomb=True)
def a_tar_bomb_of_holes(folder: Path, draw: Random) -> Path:
    path = folder / "export.tar"
    head = tarfile.TarInfo("outbox.json")
    head.pax_headers = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.name": "outbox.json",
        "GNU.sparse.size": str(3 << 30),
        "GNU.sparse.map": f"{(3 << 30) - 512},512",
    }
    head.size = 512
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as packed:
        packed.addfile(head, io.BytesIO(bytes(512)))
    return path


@case("activitystreams", refused="outbox.json.gz.*times its own size", is_bomb=True)
def a_gzip_bomb_of_spaces(folder: Path, draw: Random) -> Path:
    with gzip.open(folder / "outbox.json.gz", "wb", compresslevel=9) as file:
        file.write(b"[")
        for _ in range(300):
            file.write(b" " * (1 << 20))
        file.write(b"]")
    return folder


@case("activitystreams", refused="outbox.json is not JSON that can be read")
def a_zip_of_damaged_json(folder: Path, draw: Random) -> Path:
    return zipped(folder, **{"outbox.json": OUTBOX[:-20]})


@case("activitystreams", landed={"interactions": 1}, duplicate={"interactions": 19})
def a_zip_with_strange_names_beside_the_outbox(folder: Path, draw: Random) -> Path:
    return zipped(folder, **{"it's [/b] <i>.png": b"x", "=1+1.csv": b"y", "media/\x1b[31m": b"z"})


@case("activitystreams", refused="outbox.json is a link")
def a_folder_with_a_good_file_and_a_link(folder: Path, draw: Random) -> Path:
    outbox(folder, LIKE, name="actor.json")
    (folder / "outbox.json").symlink_to(folder / "actor.json")
    return folder
