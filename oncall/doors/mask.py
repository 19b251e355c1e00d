"""How an address is shown to those who may not read it whole."""

_SHOWN = 4


def masked(address: str) -> str:
    """An address of which only the end shows, enough for its owner to know it by."""
    return f"…{address[-_SHOWN:]}" if len(address) > _SHOWN else "…"
