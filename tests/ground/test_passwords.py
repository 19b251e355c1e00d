"""What it costs to guess a password, where no test makes it cheap."""

from __future__ import annotations

from oncall.operations import logins
from oncall.store.logins import credential
from tests.oncall.floor import open_floor


def test_guess_costs_what_rfc_9106_recommends(sqlite_url: str) -> None:
    with open_floor(sqlite_url) as floor:
        logins.set_password(floor.context, "ana", "correct horse battery")
        with floor.context.database.read() as session:
            stored = credential(session, "ana")

    assert stored is not None
    assert str(stored.password_hash).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
