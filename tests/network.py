"""Keep the tests on this machine: whatever would call out fails at once, by name."""

import ipaddress
import sys

LOCAL_NAMES = frozenset({"", "localhost", "localhost.localdomain"})


class CalledOutError(AssertionError):
    """A test tried to reach another machine; the message names the address."""


def allow_loopback_only() -> None:
    """Refuse, from now on and for the rest of this process, every connection and name look-up that leaves the machine."""
    sys.addaudithook(_refuse_strangers)


def _refuse_strangers(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if isinstance(name, str) and not _is_local(name):
        raise CalledOutError(f"{event} to {name}: tests reach nothing but this machine")


def _is_local(name: str) -> bool:
    if name in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
