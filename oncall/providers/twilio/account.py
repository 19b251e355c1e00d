"""Whether an account at Twilio would take our messages."""

from __future__ import annotations

from twilio.base.exceptions import TwilioException
from urllib3.exceptions import HTTPError

from oncall.errors import ProviderError
from oncall.providers.twilio.client import connect
from oncall.providers.twilio.faults import translate
from oncall.settings import TwilioSettings

_ACTIVE = "active"


def check(account: TwilioSettings) -> str:
    """Ask Twilio for the account, and say that it is there; raises ProviderError where it would take nothing."""
    try:
        found = connect(account).api.v2010.accounts(account.account_sid).fetch()
    except (TwilioException, HTTPError) as error:
        raise translate(error) from error
    if found.status != _ACTIVE:
        message = f"the account is {found.status}"
        raise ProviderError(message, permanent=True)
    return f"the account is {found.status}, and sends from {account.sender}"
