"""Who asks, proven by a bearer token."""

from __future__ import annotations

from dataclasses import dataclass

from oncall.domain.directory import Role
from oncall.errors import ForbiddenError, UnauthenticatedError
from oncall.operations.context import Context
from oncall.operations.tokens import use_token


@dataclass(frozen=True, slots=True)
class Asker:
    """The one who asks: `name` as logs have it, `user` None for a system."""

    name: str
    role: Role
    user: str | None

    def may_see_addresses_of(self, user: str | None) -> bool:
        """Whether this asker may read a contact address of `user` (None: a channel's) whole."""
        return self.role.allows(Role.MANAGER) or (user is not None and user == self.user)


def ask(context: Context, authorization: str | None, needed: Role) -> Asker:
    """The asker that the Authorization header proves; raises UnauthenticatedError, or ForbiddenError below the role `needed`."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnauthenticatedError("send a token: `Authorization: Bearer TOKEN`; `oncall token create` makes one")
    holder = use_token(context, token.strip())
    if not holder.role.allows(needed):
        raise ForbiddenError(f"this asks for the role {needed}, the token has {holder.role}")
    return Asker(holder.by, holder.role, holder.user)
