"""The way to Twilio: the proxy and the certificates that the environment names, as `requests` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from requests import Request, RequestException, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import HTTPError

from oncall.errors import ProviderError

_MOST_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Way:
    """The connections to one address, kept and shared by threads."""

    pool: HTTPConnectionPool
    names_the_host: bool
    """Whether a request's line has the whole address, as a proxy of plain HTTP wants it."""

    def target(self, url: str) -> str:
        """What stands in the line of a request for `url`, which is at the address."""
        if self.names_the_host:
            return url
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


def way_to(address: str) -> Way:
    """The way to an address; raises ProviderError where what the environment names for it cannot be used.

    HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE are looked at here, and not again.
    """
    adapter, asked = HTTPAdapter(pool_maxsize=_MOST_CONNECTIONS), Request("GET", address).prepare()
    known = Session().merge_environment_settings(address, {}, None, None, None)
    proxies, verify, cert = known["proxies"], known["verify"], known["cert"]
    try:
        pool = adapter.get_connection_with_tls_context(asked, verify, proxies, cert)
        adapter.cert_verify(pool, address, verify, cert)  # type: ignore[no-untyped-call]  # has no types yet
    except (RequestException, HTTPError, OSError) as error:
        message = "the proxy or the certificates that the environment names cannot be used"
        raise ProviderError(message, permanent=False) from error
    return Way(cast("HTTPConnectionPool", pool), names_the_host=adapter.request_url(asked, proxies) == asked.url)
