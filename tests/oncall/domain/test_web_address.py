"""Where a webhook may lead: never back into one's own network."""

from __future__ import annotations

import pytest

from oncall.domain.web_address import LONGEST, fault, is_public

PUBLIC = (
    "https://hooks.example.com",
    "https://hooks.example.com/",
    "https://hooks.example.com:8443/path;a?token=1&x=%20#part",
    "HTTPS://HOOKS.EXAMPLE.COM/x",
    "https://93.184.216.34/hook",
    "https://[2606:2800:220:1:248:1893:25c8:1946]/hook",
    "https://xn--bcher-kva.example/hook",
    "https://hooks.example.com./hook",
    "https://h00k5.0x.example/hook",
)
CLOSED = (
    "https://127.0.0.1/",
    "https://127.1.2.3:8443/",
    "https://0.0.0.0/",
    "https://10.0.0.7/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://192.0.0.8/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[2001:db8::1]/",
    "https://[3fff::1]/",
    "https://[fc00::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://localhost/",
    "https://localhost./",
    "https://LOCALHOST:8443/",
    "https://tickets.localhost/",
    "http://hooks.example.com/",
)
NOWHERE = (
    "https://0xA9FEA9FE/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://0x7f.0.0.1/",
    "https://127.0.0.1./",
    "https://999.1.1.1/",
    "https://user@hooks.example.com/",
    "https://hooks.example.com@127.0.0.1/",
    "https://user:secret@hooks.example.com/",
    "https://hooks.example.com\\@127.0.0.1/",
    "https://hooks.example.com/a b",
    "https://hooks.example.com/a\r\nHost: 127.0.0.1",
    "https://hooks.example.com\t/",
    "https://bücher.example/",
    "https://①②⑦.⓪.⓪.①/",
    "https:///hook",
    "https://[::1/",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:99999/",
    "https://hooks.example.com:port/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "gopher://hooks.example.com/",
    "//hooks.example.com/",
    "hooks.example.com",
    "",
    "https://hooks.example.com/" + "x" * LONGEST,
)


@pytest.mark.parametrize("url", PUBLIC)
def test_public_address_is_taken(url: str) -> None:
    assert fault(url, private=False) is None


@pytest.mark.parametrize("url", CLOSED)
def test_private_address_is_taken_only_where_private_ones_are(url: str) -> None:
    assert fault(url, private=False) is not None
    assert fault(url, private=True) is None


@pytest.mark.parametrize("url", NOWHERE)
@pytest.mark.parametrize("private", [True, False], ids=["private too", "public"])
def test_what_can_be_read_in_two_ways_is_taken_nowhere(url: str, private: bool) -> None:  # noqa: FBT001
    assert fault(url, private=private) is not None


@pytest.mark.parametrize("text", ["hooks.example.com", "", "0x7f000001", "1.2.3", "fe80::1%eth0", "fd12::1"])
def test_what_is_no_public_ip_address_is_not_public(text: str) -> None:
    assert not is_public(text)
