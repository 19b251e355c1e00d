"""Which web addresses a request of ours may go to: none that leads back into the network the service stands in."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

LONGEST = 2048
"""How many characters an address may have."""

_PRINTABLE = re.compile(r"[!-~]+")
# What ends in a number is an IPv4 address to whoever connects, in whatever way it is written (url.spec.whatwg.org).
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z", re.IGNORECASE)
# Of IPv6 this is all that is routed in public; addresses that carry an IPv4 one in them (mapped, NAT64) lie outside.
_ROUTED = ip_network("2000::/3")
_SPECIAL = tuple(
    map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "2001::/23", "2002::/16", "3fff::/20"))
)


def fault(url: str, *, private: bool) -> str | None:
    """Why nothing may be sent to an address, None where nothing in it speaks against that.

    Of a name only its resolution shows where it leads: ask `is_public` then. With `private` plain http and addresses of
    one's own network are allowed.
    """
    try:
        return _form_fault(url, urlsplit(url)) or (None if private else _private_fault(urlsplit(url)))
    except ValueError:  # `https://[`, or a port that is no number
        return "is not a web address"


def is_public(address: str) -> bool:
    """Whether an IP address can be reached by anybody: neither private nor special in any other way."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if any(found in network for network in _SPECIAL if network.version == found.version):
        return False
    return found.is_global and (isinstance(found, IPv4Address) or found in _ROUTED)


def _form_fault(url: str, parts: SplitResult) -> str | None:
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        return "is not an http or https address"
    if not _PRINTABLE.fullmatch(url) or "\\" in url:
        return "holds characters that have to be escaped"
    if len(url) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if "@" in parts.netloc:
        return "holds a name or a password before its host: leave them out"
    if not _is_ip(parts.hostname) and _NUMBER.match(_last_label(parts.hostname)):
        return "has a host that is a number: write an IP address in its usual form, or a name"
    return None


def _private_fault(parts: SplitResult) -> str | None:
    host = parts.hostname or ""
    if parts.scheme != "https":
        return "is not encrypted: use https"
    if _is_ip(host) and not is_public(host):
        return f"leads to {host}, which is no public address"
    if _last_label(host) == "localhost":
        return "leads to this machine itself"
    return None


def _last_label(host: str) -> str:
    return host.rstrip(".").rpartition(".")[2]


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
