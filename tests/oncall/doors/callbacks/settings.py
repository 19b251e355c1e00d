"""The settings of an application under test."""

from pathlib import Path

from oncall.settings import Settings, SlackSettings, TwilioSettings

PUBLIC_URL = "https://oncall.example"


def settings(twilio: TwilioSettings | None = None, slack: SlackSettings | None = None) -> Settings:
    """Settings with those vendors."""
    return Settings(
        database_url="sqlite://",
        public_url=PUBLIC_URL,
        secret_keys=("a key of sixteen or more",),
        data=Path("unused"),
        twilio=twilio,
        slack=slack,
    )
