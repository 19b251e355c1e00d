"""The configuration as rows: versions, people, and the directory kept in the process."""

from collections.abc import Iterator
from functools import partial

import pytest

from oncall.document.difference import difference
from oncall.document.document import Document, document_of
from oncall.document.load import load_document
from oncall.domain.directory import Directory
from oncall.store import configuration, configuration_version, users
from oncall.store.database import Database
from oncall.store.directories import DirectoryCache
from tests.clock import SUNDAY_NIGHT
from tests.oncall.document.company import COMPANY, with_line
from tests.oncall.document.support import SUPPORT

NOTHING = document_of({})


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


def stored(database: Database) -> Document:
    with database.read() as session:
        return configuration.load(session, users.load(session).users)


def store(database: Database, document: Document) -> None:
    changes = difference(stored(database), document)
    with database.read() as session:
        version = configuration_version.current(session) + 1
    every = (*changes.added, *changes.changed, *changes.removed)
    record = partial(configuration.record, author="ana", at=SUNDAY_NIGHT, version=version)
    for key, spec in document.users.items():
        database.write(partial(users.save, key=key, spec=spec, brought=spec.contact_methods))
    database.write(lambda session: record(session, document, every))
    database.write(configuration_version.advance)


def kept(database: Database, cache: DirectoryCache) -> Directory:
    with database.read() as session:
        return cache.get(session, SUNDAY_NIGHT)


def test_what_is_stored_is_loaded_in_the_order_in_which_it_came(database: Database) -> None:
    first = load_document("version: 1\nusers: {zoe: , ana: }\nteams: {b: {members: [zoe]}, a: {members: [ana]}}\n")
    store(database, first)
    both = first.model_copy(update={"teams": {**first.teams, "b": first.teams["a"], "0": first.teams["a"]}})
    store(database, both)
    loaded = stored(database)
    assert list(loaded.users) == ["zoe", "ana"]
    assert list(loaded.teams) == ["b", "a", "0"]
    assert loaded.teams["b"].members == ("ana",)


def test_order_of_keys_that_mean_something_is_kept(database: Database) -> None:
    text = with_line("{Critical: sev1, warning: sev4}", "{zebra: sev1, apple: sev2, mango: sev3}")
    store(database, load_document(text))
    assert stored(database) == load_document(text)
    assert list(stored(database).services["api"].severity_map) == ["zebra", "apple", "mango"]
    assert list(stored(database).users["ana"].contact_methods) == ["chat", "mobile"]


def test_order_of_severities_and_rules_is_kept(database: Database) -> None:
    text = SUPPORT.replace("sev1", "zero").replace("sev3", "alpha").replace("Critical: zero", "Critical: sev1")
    store(database, load_document(text))
    assert stored(database) == load_document(text)
    assert list(stored(database).support_policies["standard"].severities) == ["zero", "sev2", "alpha"]
    policy = kept(database, DirectoryCache()).support_policies["standard"]
    assert [severity.id for severity in policy.severities] == ["zero", "sev2", "alpha"]
    assert [rule.do.value for rule in policy.rules] == ["page", "record", "defer", "page"]


def test_directory_is_built_once_a_version(database: Database) -> None:
    cache = DirectoryCache()
    assert kept(database, cache) == Directory()
    store(database, load_document(COMPANY))
    built = kept(database, cache)
    assert built.version == 1
    assert kept(database, cache) is built
    store(database, load_document(with_line("wait: 15m", "wait: 20m")))
    assert kept(database, cache).version == 2
    assert kept(database, cache) is not built


def test_disabled_method_is_a_change_that_the_directory_shows(database: Database) -> None:
    cache = DirectoryCache()
    store(database, load_document(COMPANY))
    for reason in ("number unknown", "opted out"):
        database.write(partial(users.disable_method, user="ana", method="mobile", reason=reason))
    directory = kept(database, cache)
    assert directory.version == 2
    assert {method.id: method.disabled for method in directory.users["ana"].contact_methods} == {
        "chat": None,
        "mobile": "number unknown",
    }


def test_disabled_method_with_a_new_address_is_in_use_again(database: Database) -> None:
    store(database, load_document(COMPANY))
    database.write(partial(users.disable_method, user="ana", method="mobile", reason="number unknown"))
    store(database, load_document(COMPANY))
    with database.read() as session:
        assert users.load(session).disabled == {("ana", "mobile"): "number unknown"}
    store(database, load_document(with_line("address: +15005550006}", "address: +15005550002}")))
    with database.read() as session:
        assert users.load(session).disabled == {}
