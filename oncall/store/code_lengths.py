"""How long the codes are by which pages are answered: as short as can be typed at night, longer where many are in use."""

from __future__ import annotations

import secrets
from collections.abc import Collection

SHORTEST = 4


class CodeLengths:
    """What a process knows of the addresses at which short codes have grown scarce; threads may share it.

    A new code is drawn without a look at those in use: the first that turns out to be in use is what tells.
    """

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def draw(self, addresses: Collection[str]) -> str:
        """A random code, of the length that its addresses need."""
        return drawn(self.of(addresses))

    def of(self, addresses: Collection[str]) -> int:
        """How many digits a code for these addresses needs, as far as is known."""
        return max([self._known.get(address, SHORTEST) for address in addresses], default=SHORTEST)

    def learn(self, addresses: Collection[str], digits: int) -> None:
        """Remember how many digits these addresses need."""
        self._known.update(dict.fromkeys(addresses, digits))


def drawn(digits: int) -> str:
    """A random code of so many digits."""
    return f"{secrets.randbelow(10**digits):0{digits}}"
