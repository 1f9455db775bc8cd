"""Damaged folders of a Stack Exchange dump."""

from pathlib import Path
from random import Random

from damaged import case

AT = 'CreationDate="2020-01-05T00:00:00.000"'
USERS = f'<row Id="1" {AT} DisplayName="a" /><row Id="2" {AT} DisplayName="b" />'


def document(root: str, rows: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    return f"{head}\n<{root}>{rows}</{root}>"


def dump(folder: Path, **files: bytes | str) -> Path:
    """A dump of good users and votes, with these files instead or besides."""
    vote = f'<row Id="1" PostId="1" VoteTypeId="2" {AT} />'
    good = {"Users": document("users", USERS), "Votes": document("votes", vote)}
    for name, content in (good | files).items():
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{name}.xml").write_bytes(data)
    return folder


@case("stackexchange", refused="Votes.xml is not whole XML")
def xml_cut_short(folder: Path, draw: Random) -> Path:
    rows = "".join(f'<row Id="{i}" PostId="1" VoteTypeId="2" {AT} />' for i in range(500))
    whole = document("votes", rows).encode()
    return dump(folder, Votes=whole[: draw.randrange(60, len(whole) - 10)])


@case("stackexchange", refused="Votes.xml is not whole XML")
def empty_xml(folder: Path, draw: Random) -> Path:
    return dump(folder, Votes=b"")


@case("stackexchange", landed={"users": 2})
def xml_without_rows(folder: Path, draw: Random) -> Path:
    return dump(folder, Votes="<votes />")


@case("stackexchange", refused="declares a document type or an entity", is_bomb=True)
def xml_entity_bomb(folder: Path, draw: Random) -> Path:
    entities = '<!ENTITY e0 "ha">' + "".join(
        f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12)
    )
    head = f'<?xml version="1.0"?><!DOCTYPE users [{entities}]>'
    return dump(folder, Users=document("users", f'<row Id="&e11;" {AT} />', head))


@case("stackexchange", refused="declares a document type or an entity")
def xml_that_reads_a_file(folder: Path, draw: Random) -> Path:
    head = '<?xml version="1.0"?><!DOCTYPE users [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return dump(folder, Users=document("users", f'<row Id="1" {AT} DisplayName="&x;" />', head))


@case("stackexchange", refused="has a row longer than", is_bomb=True)
def xml_row_that_never_ends(folder: Path, draw: Random) -> Path:
    with (dump(folder) / "Users.xml").open("wb") as file:
        file.write(b'<users><row Id="1" DisplayName="')
        for _ in range(96):
            file.write(b"x" * (1 << 20))
    return folder


@case("stackexchange", refused="has a row longer than", is_bomb=True)
def xml_nested_without_end(folder: Path, draw: Random) -> Path:
    return dump(folder, Users=b"<users><row>" + b"<a>" * 8_000_000)


@case("stackexchange", refused="has a row longer than", is_bomb=True)
def xml_row_of_a_million_attributes(folder: Path, draw: Random) -> Path:
    attributes = " ".join(f'a{i}=""' for i in range(1_500_000))
    return dump(folder, Users=f"<users><row {attributes} /></users>")


@case("stackexchange", refused="Users.xml is not whole XML")
def xml_repeated_attribute(folder: Path, draw: Random) -> Path:
    return dump(folder, Users=document("users", f'<row Id="1" Id="2" {AT} />'))


@case("stackexchange", landed={"users": 2, "interactions": 1})
def utf_16_with_a_mark(folder: Path, draw: Random) -> Path:
    head = '<?xml version="1.0" encoding="utf-16"?>'
    return dump(folder, Users=document("users", USERS, head).encode("utf-16"))


@case("stackexchange", landed={"users": 1, "interactions": 1})
def latin_1_that_says_so(folder: Path, draw: Random) -> Path:
    head = '<?xml version="1.0" encoding="iso-8859-1"?>'
    rows = f'<row Id="1" {AT} DisplayName="Zoë" />'
    return dump(folder, Users=document("users", rows, head).encode("latin-1"))


@case("stackexchange", refused="Users.xml is not whole XML")
def latin_1_that_says_utf_8(folder: Path, draw: Random) -> Path:
    rows = f'<row Id="1" {AT} DisplayName="Zoë" />'
    return dump(folder, Users=document("users", rows).encode("latin-1"))


@case("stackexchange", refused="Users.xml is not whole XML")
def an_encoding_that_nobody_knows(folder: Path, draw: Random) -> Path:
    head = '<?xml version="1.0" encoding="x-klingon"?>'
    return dump(folder, Users=document("users", USERS, head))


@case("stackexchange", refused="Users.xml is not whole XML")
def an_encoding_of_several_bytes(folder: Path, draw: Random) -> Path:
    head = '<?xml version="1.0" encoding="shift_jis"?>'
    return dump(folder, Users=document("users", USERS, head))


@case("stackexchange", refused="begins with <html>")
def a_web_page_instead_of_xml(folder: Path, draw: Random) -> Path:
    return dump(folder, Users="<html><body>503</body></html>")


@case("stackexchange", refused="begins with <posts>")
def posts_under_the_name_of_users(folder: Path, draw: Random) -> Path:
    return dump(folder, Users=document("posts", ""))


@case("stackexchange", refused="Users.xml is not whole XML")
def nul_in_xml(folder: Path, draw: Random) -> Path:
    return dump(folder, Users=document("users", f'<row Id="a\0b" {AT} />'))


@case(
    "stackexchange",
    landed={"users": 2, "interactions": 1},
    quarantined={
        "users": {
            "user_id is missing": 2,
            "user_id is longer than 256": 1,
            "registered_at is missing": 1,
            "registered_at is not a time in UTC": 2,
            "registered_at lies in the future": 1,
            "registered_at lies before 1970-01-02": 2,
        }
    },
)
def users_with_wrong_ids_and_times(folder: Path, draw: Random) -> Path:
    times = ["2020-13-01", "yesterday", "2999-01-01T00:00:00", "1969-12-31", "0001-01-01T00:00:00"]
    rows = USERS + f'<row {AT} /><row Id="" {AT} DisplayName="c" />'
    rows += f'<row Id="{"9" * 300}" {AT} /><row Id="3" />'
    rows += "".join(f'<row Id="{i}" CreationDate="{at}" />' for i, at in enumerate(times, 10))
    return dump(folder, Users=document("users", rows))


@case(
    "stackexchange",
    landed={"users": 2},
    quarantined={"interactions": {"VoteTypeId is not a known type of vote": 3}},
)
def votes_of_unknown_kinds(folder: Path, draw: Random) -> Path:
    kinds = ('VoteTypeId="99"', 'VoteTypeId="like"', "")
    rows = "".join(f'<row Id="{i}" PostId="1" {kind} {AT} />' for i, kind in enumerate(kinds))
    return dump(folder, Votes=document("votes", rows))


@case("stackexchange", landed={"users": 3, "interactions": 1}, duplicate={"users": 3})
def the_same_user_again_and_changed(folder: Path, draw: Random) -> Path:
    changed = f'<row Id="1" {AT} DisplayName="changed" />'
    return dump(folder, Users=document("users", USERS + USERS + changed + changed))


@case(
    "stackexchange",
    landed={"users": 1, "interactions": 1},
    quarantined={"users": {"the element is not a <row>": 2}},
)
def elements_that_are_no_rows(folder: Path, draw: Random) -> Path:
    rows = f'<row Id="1" {AT} />text<user Id="2" {AT} /><Row Id="3"><row Id="4" /></Row>'
    return dump(folder, Users=document("users", rows))


@case("stackexchange", landed={"users": 2, "interactions": 1, "contents": 2})
def html_formulas_and_sql_in_texts(folder: Path, draw: Random) -> Path:
    texts = (
        "&lt;script&gt;x&lt;/script&gt;",
        "=cmd|' /C calc'!A0",
        "'; drop table users;--",
    )
    rows = "".join(
        f'<row Id="{i}" PostId="1" {AT} Text="{text}" />' for i, text in enumerate(texts[:2])
    )
    users = f'<row Id="1" {AT} DisplayName="{texts[2]}" /><row Id="2\'&quot;" {AT} />'
    return dump(folder, Users=document("users", users), Comments=document("comments", rows))


@case("stackexchange", landed={"users": 2, "interactions": 1, "contents": 3})
def posts_that_answer_each_other_or_nothing(folder: Path, draw: Random) -> Path:
    posts = f'<row Id="99999999999999999999" PostTypeId="1" {AT} />'
    posts += f'<row Id="7" PostTypeId="2" ParentId="7" {AT} />'
    comments = document("comments", f'<row Id="1" PostId="-5" {AT} Text="x" />')
    return dump(folder, Posts=document("posts", posts), Comments=comments)


@case("stackexchange", landed={"users": 1, "interactions": 1})
def times_in_a_local_zone(folder: Path, draw: Random) -> Path:
    row = '<row Id="1" CreationDate="2020-01-05T00:30:00+02:00" />'
    return dump(folder, Users=document("users", row))


@case("stackexchange", refused="is neither a folder of XML files nor a .7z")
def one_xml_file_instead_of_the_dump(folder: Path, draw: Random) -> Path:
    return dump(folder) / "Users.xml"


@case("stackexchange", refused="holds nothing that the adapter")
def an_empty_folder(folder: Path, draw: Random) -> Path:
    return folder


@case("stackexchange", refused="Users.xml is a link")
def a_link_in_the_dump(folder: Path, draw: Random) -> Path:
    dump(folder)
    (folder / "Users.xml").unlink()
    (folder / "Users.xml").symlink_to("/etc/passwd")
    return folder
