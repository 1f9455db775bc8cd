"""What is read is landed, quarantined or a duplicate; the same again changes nothing."""

from datetime import date, datetime

import pytest

from townsquare.errors import TownsquareError
from townsquare.ingest import import_source, land, next_as_of, prepare, read_accounts
from townsquare.ingest._accounts import TableAccount
from townsquare.network import Network, read_network, write_network

_USER = {"user_id": "u1", "registered_at": "2024-01-01T08:00:00", "loaded_at": "2024-01-02"}


def _counts(account, table="users"):
    told = account.tables[table]
    return told.read, told.landed, told.quarantined, told.duplicate


def test_the_same_file_again_is_only_duplicates(home, import_rows, landed, rejected):
    rows = [_USER, {**_USER, "user_id": "u2", "registered_at": "nonsense"}]
    assert _counts(import_rows("users", rows)) == (2, 1, 1, 0)
    before = landed("users"), rejected("users")
    again = import_rows("users", rows)
    assert _counts(again) == (2, 0, 0, 2)
    assert again.tables["users"].event_dates == []
    assert (landed("users"), rejected("users")) == before


def test_a_row_repeated_within_a_file_is_landed_once(import_rows, landed):
    assert _counts(import_rows("users", [_USER, _USER, {**_USER, "user_id": "u2"}])) == (3, 2, 0, 1)
    assert landed("users", "user_id") == [("u1",), ("u2",)]


def test_a_newer_version_of_a_key_is_landed_beside_the_older(import_rows, landed):
    import_rows("users", [_USER])
    newer = {**_USER, "country": "DE", "loaded_at": "2024-02-01"}
    assert _counts(import_rows("users", [newer])) == (1, 1, 0, 0)
    assert landed("users", "country, event_date") == [
        ("DE", date(2024, 1, 1)),
        (None, date(2024, 1, 1)),
    ]


def test_other_content_under_the_same_loaded_at_is_a_correction_known_from_now(import_rows, landed):
    # given
    import_rows("users", [_USER])
    corrected = {**_USER, "country": "DE"}
    # when
    account = import_rows("users", [corrected])
    # then
    assert _counts(account) == (1, 1, 0, 0)
    versions = landed("users", "loaded_at, country")
    assert [country for _, country in versions] == [None, "DE"]
    assert versions[0][0] == datetime(2024, 1, 2)
    assert abs((versions[1][0] - account.landed_at).total_seconds()) < 1
    # and then neither of the two exports changes anything
    assert _counts(import_rows("users", [corrected])) == (1, 0, 0, 1)
    assert _counts(import_rows("users", [_USER])) == (1, 0, 0, 1)


def test_the_last_of_several_contradicting_rows_of_one_file_wins(import_rows, landed):
    rows = [{**_USER, "country": country} for country in ("DE", "FR", "IT")]
    assert _counts(import_rows("users", rows)) == (3, 3, 0, 0)
    assert [row[1] for row in landed("users", "loaded_at, country")] == ["DE", "FR", "IT"]


def test_a_row_without_loaded_at_is_known_from_its_landing(import_rows, landed):
    told = {name: value for name, value in _USER.items() if name != "loaded_at"}
    account = import_rows("users", [told])
    assert landed("users", "loaded_at") == [(account.landed_at,)]
    assert _counts(import_rows("users", [told])) == (1, 0, 0, 1)
    assert _counts(import_rows("users", [{**told, "country": "DE"}])) == (1, 1, 0, 0)
    assert _counts(import_rows("users", [{**told, "country": "DE"}])) == (1, 0, 0, 1)


def test_accounts_are_stored_with_growing_sequence_numbers(home, import_rows):
    made = [import_rows("users", [{**_USER, "user_id": f"u{i}"}]) for i in range(3)]
    assert read_accounts(home) == made
    assert [account.sequence for account in made] == [1, 2, 3]
    assert len({account.batch_id for account in made}) == 3


def test_landed_rows_name_the_batch_that_they_came_with(import_rows, landed):
    first = import_rows("users", [_USER])
    second = import_rows("users", [{**_USER, "user_id": "u2"}])
    assert landed("users", "user_id, batch_id") == [("u1", first.batch_id), ("u2", second.batch_id)]
    assert first.batch_id < second.batch_id


def test_rows_lie_in_the_folder_of_their_utc_day(home, import_rows):
    import_rows(
        "users", [_USER, {**_USER, "user_id": "u2", "registered_at": "2023-12-31T23:59:59"}]
    )
    days = {path.parent.name for path in (home.landing / "users").glob("*/0*.parquet")}
    assert days == {"event_date=2023-12-31", "event_date=2024-01-01"}


@pytest.mark.parametrize(
    "account",
    [
        TableAccount(read=3, landed=1, quarantined=1, reasons={"x": 1}),
        TableAccount(read=2, landed=1, quarantined=1, reasons={}),
    ],
    ids=["a row is lost", "a reason is lost"],
)
def test_accounts_that_do_not_add_up_are_refused(account):
    with pytest.raises(AssertionError, match="nothing of this batch is landed"):
        account.check("export.csv")


def test_a_batch_whose_accounts_do_not_add_up_lands_nothing(home, import_rows, landed, monkeypatch):
    from townsquare.ingest import _settling

    monkeypatch.setattr(_settling, "counts", lambda connection: [])
    with pytest.raises(AssertionError, match="1 rows read, but 0 landed"):
        import_rows("users", [_USER])
    assert landed("users") == [] and read_accounts(home) == []


def test_one_home_holds_one_network(home, import_rows, tmp_path):
    import_rows("users", [_USER])
    with pytest.raises(TownsquareError, match=r"adapter 'files'.*TOWNSQUARE_HOME"):
        import_source(home, "stackexchange", tmp_path / "export")


def test_the_first_import_writes_the_adapters_network_and_keeps_an_operators(home, import_rows):
    chosen = Network(name="mine", adapter="files", as_of_step_days=3)
    write_network(home, chosen)
    import_rows("users", [_USER])
    assert read_network(home) == chosen
    home.network_file.unlink()
    import_rows("users", [_USER])
    assert read_network(home).adapter == "files"


def test_an_unknown_adapter_is_named_with_those_that_there_are(home, tmp_path):
    with pytest.raises(TownsquareError, match="'myspace'.*activitystreams, files, simulate"):
        import_source(home, "myspace", tmp_path)


def test_a_source_that_does_not_exist_or_holds_nothing_is_refused(home, tmp_path):
    with pytest.raises(TownsquareError, match="does not exist"):
        import_source(home, "files", tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(TownsquareError, match="holds nothing"):
        import_source(home, "files", tmp_path / "empty")


def test_a_source_that_holds_the_home_is_refused(home, import_rows, tmp_path):
    import_rows("users", [_USER])
    with pytest.raises(TownsquareError, match="holds the home"):
        import_source(home, "files", tmp_path)


def test_land_takes_only_what_is_new_in_the_source(home, tmp_path, landed):
    source = tmp_path / "source"
    source.mkdir()
    header = "user_id,registered_at,loaded_at\n"
    (source / "users.csv").write_text(header + "u1,2024-01-01,2024-01-01\n")
    network = Network(adapter="files", source=source)
    as_of = date(2024, 2, 1)
    assert [a.source_file for a in land(home, network, as_of)] == ["users.csv"]
    assert land(home, network, as_of) == []
    (source / "users").mkdir()
    (source / "users" / "more.csv").write_text(header + "u2,2024-01-03,2024-01-03\n")
    assert [a.source_file for a in land(home, network, as_of)] == ["users/more.csv"]
    assert landed("users", "user_id") == [("u1",), ("u2",)]


def test_land_without_a_source_has_nothing_to_do_but_says_when_it_is_gone(home, tmp_path):
    assert land(home, Network(adapter="files"), date(2024, 1, 1)) == []
    with pytest.raises(TownsquareError, match=r"network\.yml, does not exist"):
        land(home, Network(adapter="files", source=tmp_path / "gone"), date(2024, 1, 1))


def test_next_as_of_is_the_day_after_the_newest_event_and_never_goes_back(home, import_rows):
    network = Network(adapter="files")
    with pytest.raises(TownsquareError, match="townsquare import files PATH"):
        next_as_of(home, network, None)
    import_rows("users", [_USER])
    assert next_as_of(home, network, None) == date(2024, 1, 2)
    assert next_as_of(home, network, date(2024, 5, 1)) == date(2024, 5, 1)


def test_prepare_gives_every_table_an_empty_file_and_may_be_repeated(home, landed):
    prepare(home)
    prepare(home)
    files = sorted(path.relative_to(home.landing) for path in home.landing.glob("*/*/*.parquet"))
    assert len(files) == 9
    assert landed("surveys") == []
