"""API tokens: made, shown once, recognised, revoked."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from oncall.domain.directory import Directory, Role
from oncall.errors import NotFoundError, RefusedError, UnauthenticatedError
from oncall.operations.context import Context
from oncall.operations.secrets import digest, random_secret
from oncall.store import tokens
from oncall.store.tokens import TokenRow

_SIGN = "oncall_"
_LENGTH = 40
_PREFIX_LENGTH = len(_SIGN) + 4


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Who asks by a token: `by` as logs name them, a user's id or "token:NAME"; `user` is None for a system."""

    by: str
    role: Role
    user: str | None


def create_token(context: Context, name: str, role: Role, user: str | None = None) -> str:
    """Make a token for a system called `name`, or for a user, and return it; it can never be shown again.

    A user's token may never do more than its user. Raises NotFoundError for an unknown user and RefusedError where there is
    a token of that name, or the name is blank.
    """
    if not name.strip():
        raise RefusedError("a token needs a name, by which logs and lists know it")
    secret = _SIGN + random_secret(_LENGTH)
    row = TokenRow(
        name=name,
        role=role.value,
        user_id=user,
        prefix=secret[:_PREFIX_LENGTH],
        hash=digest(secret),
        created_at=context.clock.now(),
    )

    def work(session: Session) -> None:
        if user is not None and user not in context.directory(session).users:
            message = f"there is no user {user!r}: `oncall export` shows them all"
            raise NotFoundError(message)
        if tokens.by_name(session, name) is not None:
            message = (
                f"there is a token named {name!r} already: choose another name, or revoke it (DELETE /api/v1/tokens/ID)"
            )
            raise RefusedError(message)
        session.add(row)

    context.database.write(work)
    return secret


def use_token(context: Context, secret: str) -> TokenHolder:
    """Who holds a token; raises UnauthenticatedError for one that is unknown or revoked, or whose user is gone."""
    found = tokens.used(context.database, digest(secret))
    if found is not None and found.user is None:
        return TokenHolder(f"token:{found.name}", found.role, None)
    user = _directory(context, found.version).users.get(found.user or "") if found is not None else None
    if found is None or user is None:
        raise UnauthenticatedError("the token is unknown or was revoked: `oncall token create` makes one")
    role = found.role if user.role.allows(found.role) else user.role
    return TokenHolder(user.id, role, user.id)


def revoke_token(context: Context, id_: int) -> None:
    """Make a token useless from now on; raises NotFoundError."""
    if not context.database.write(lambda session: tokens.remove(session, id_)):
        message = f"there is no token {id_}: the list of tokens has their ids"
        raise NotFoundError(message)


def _directory(context: Context, version: int) -> Directory:
    kept = context.directories.kept(version)
    if kept is not None:
        return kept
    with context.database.read() as session:
        return context.directory(session)
