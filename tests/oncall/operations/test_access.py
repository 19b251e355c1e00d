"""Tokens, integration keys, links and passwords: shown once, kept as digests, useless once revoked."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from oncall.domain.directory import Role
from oncall.errors import InvalidInputError, NotFoundError, RefusedError, UnauthenticatedError
from oncall.operations import logins
from oncall.operations.apply import apply_document
from oncall.operations.integrations import create_integration, find_integration, revoke_integration
from oncall.operations.tokens import TokenHolder, create_token, revoke_token, use_token
from oncall.store.integrations import IntegrationRow, services_with_keys
from oncall.store.logins import LoginLinkRow
from oncall.store.tokens import TokenRow, list_tokens
from tests.oncall.floor import DOCUMENT, SECOND, Floor, open_context


def test_systems_token_acts_under_its_own_name(floor: Floor) -> None:
    secret = create_token(floor.context, "deploys", Role.RESPONDER)
    assert use_token(floor.context, secret) == TokenHolder("token:deploys", Role.RESPONDER, None)


def test_users_token_acts_as_the_user_and_never_does_more(floor: Floor) -> None:
    secret = create_token(floor.context, "bos", Role.ADMIN, "bo")
    assert use_token(floor.context, secret) == TokenHolder("bo", Role.RESPONDER, "bo")
    lesser = create_token(floor.context, "roots", Role.VIEWER, "root")
    assert use_token(floor.context, lesser).role is Role.VIEWER


@pytest.mark.parametrize("secret", ["", "oncall_nonsense", "\0", "\ud800"])
def test_unknown_token_proves_nobody(floor: Floor, secret: str) -> None:
    with pytest.raises(UnauthenticatedError):
        use_token(floor.context, secret)


def test_revoked_token_proves_nobody(floor: Floor) -> None:
    secret = create_token(floor.context, "deploys", Role.RESPONDER)
    with floor.context.database.read() as session:
        (kept,) = list_tokens(session)
    revoke_token(floor.context, kept.id)
    with pytest.raises(UnauthenticatedError):
        use_token(floor.context, secret)
    with pytest.raises(NotFoundError):
        revoke_token(floor.context, kept.id)


def test_what_another_process_changes_counts_at_the_next_request(floor: Floor, database_url: str) -> None:
    secret = create_token(floor.context, "roots", Role.ADMIN, "root")
    assert use_token(floor.context, secret).role is Role.ADMIN
    other = open_context(database_url, floor.clock)

    apply_document(other, DOCUMENT.replace("role: admin", "role: viewer"), author="test", prune=False, dry_run=False)
    assert use_token(floor.context, secret).role is Role.VIEWER

    with other.database.read() as session:
        (kept,) = list_tokens(session)
    revoke_token(other, kept.id)
    other.database.dispose()
    with pytest.raises(UnauthenticatedError):
        use_token(floor.context, secret)


def test_token_for_nobody_or_of_a_name_in_use_is_refused(floor: Floor) -> None:
    with pytest.raises(NotFoundError):
        create_token(floor.context, "x", Role.VIEWER, "nobody")
    create_token(floor.context, "deploys", Role.VIEWER)
    with pytest.raises(RefusedError):
        create_token(floor.context, "deploys", Role.VIEWER)


def test_integration_key_reaches_its_service_in_its_dialect(floor: Floor) -> None:
    made = create_integration(floor.context, "cloud", "alertmanager")
    assert len(made.key) == 32
    assert made.url == f"https://pager.example.com/integrations/alertmanager/{made.key}"
    found = find_integration(floor.context, "alertmanager", made.key)
    assert found is not None
    assert (found.service, found.id) == ("cloud", made.id)
    assert find_integration(floor.context, "pagerduty", made.key) is None


def test_key_that_senders_use_is_taken_over_once(floor: Floor) -> None:
    old = "R0123456789ABCDEFGHIJ"
    made = create_integration(floor.context, "cloud", "pagerduty", old)
    assert (made.key, made.url) == (old, "https://pager.example.com/v2/enqueue")
    with pytest.raises(RefusedError):
        create_integration(floor.context, "shop", "pagerduty", old)


@pytest.mark.parametrize(
    ("kind", "key", "path"),
    [("telex", None, "kind"), ("pagerduty", "short", "key"), ("pagerduty", "with a space in the middle", "key")],
)
def test_key_that_cannot_be_used_is_refused_by_its_field(floor: Floor, kind: str, key: str | None, path: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        create_integration(floor.context, "cloud", kind, key)
    assert [fault.path for fault in caught.value.faults] == [path]


def test_key_for_an_unknown_service_is_refused(floor: Floor) -> None:
    with pytest.raises(NotFoundError, match="cloud, watched, shop"):
        create_integration(floor.context, "clod", "pagerduty")


def test_revoked_key_reaches_nobody_and_holds_its_service_no_more(floor: Floor) -> None:
    made = create_integration(floor.context, "cloud", "pagerduty")
    revoke_integration(floor.context, made.id)
    assert find_integration(floor.context, "pagerduty", made.key) is None
    with floor.context.database.read() as session:
        assert services_with_keys(session) == frozenset()


def test_no_secret_is_kept(floor: Floor) -> None:
    secrets = [
        create_token(floor.context, "deploys", Role.VIEWER),
        create_integration(floor.context, "cloud", "pagerduty").key,
        logins.create_login_link(floor.context, "ana").rpartition("/")[2],
    ]
    with floor.context.database.read() as session:
        rows = [session.scalars(select(table)).one() for table in (TokenRow, IntegrationRow, LoginLinkRow)]
        kept = [str(getattr(row, column.key)) for row in rows for column in row.__table__.columns]
    assert not [secret for secret in secrets if secret in kept]


def test_link_logs_in_once(floor: Floor) -> None:
    url = logins.create_login_link(floor.context, "ana")
    assert url.startswith("https://pager.example.com/login/link/")
    secret = url.rpartition("/")[2]
    assert logins.use_login_link(floor.context, secret).id == "ana"
    with pytest.raises(NotFoundError):
        logins.use_login_link(floor.context, secret)


def test_link_lasts_a_day(floor: Floor) -> None:
    secrets = [logins.create_login_link(floor.context, "ana").rpartition("/")[2] for _ in range(2)]
    floor.clock.advance(logins.LINK_LIFETIME - SECOND)
    logins.use_login_link(floor.context, secrets[0])
    floor.clock.advance(SECOND)
    with pytest.raises(NotFoundError):
        logins.use_login_link(floor.context, secrets[1])


def test_password_opens_and_changing_it_ends_sessions_and_links(floor: Floor) -> None:
    link = logins.create_login_link(floor.context, "ana").rpartition("/")[2]
    stamps = [logins.session_stamp(floor.context, "ana")]
    for password in ("first password", "second password"):
        logins.set_password(floor.context, "ana", password)
        stamps.append(logins.session_stamp(floor.context, "ana"))
    assert len(set(stamps)) == 3
    assert logins.check_password(floor.context, "ana", "second password")
    assert not logins.check_password(floor.context, "ana", "first password")
    with pytest.raises(NotFoundError):
        logins.use_login_link(floor.context, link)


@pytest.mark.parametrize("by_link", [True, False], ids=["by link", "by password"])
def test_session_of_somebody_who_left_is_not_one_of_a_later_user_of_that_id(floor: Floor, by_link: bool) -> None:  # noqa: FBT001
    stamps = []
    for document in (DOCUMENT, DOCUMENT.replace("  vic:", "  kim:").replace("user: vic", "user: kim"), DOCUMENT):
        apply_document(floor.context, document, author="test", prune=True, dry_run=False)
        if document is DOCUMENT:
            logins.use_login_link(floor.context, logins.create_login_link(floor.context, "vic").rpartition("/")[2])
            if not by_link:
                logins.set_password(floor.context, "vic", "a long password")
        stamps.append(logins.session_stamp(floor.context, "vic"))
        floor.clock.advance(SECOND)
    assert len(set(stamps)) == 3
    assert stamps[1] == "never"


@pytest.mark.parametrize("user", ["bo", "nobody", None])
def test_no_password_opens_for_one_who_has_none(floor: Floor, user: str | None) -> None:
    assert not logins.check_password(floor.context, user, "")
    assert logins.session_stamp(floor.context, user or "") == "never"


def test_link_or_password_for_nobody_is_refused(floor: Floor) -> None:
    with pytest.raises(NotFoundError):
        logins.create_login_link(floor.context, "nobody")
    with pytest.raises(NotFoundError):
        logins.set_password(floor.context, "nobody", "password")
