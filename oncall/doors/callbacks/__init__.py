"""What vendors call back: answers, keys, buttons, and what became of a message. Nothing unsigned changes anything."""

from __future__ import annotations

from flask import Flask

from oncall.settings import Settings


def register(app: Flask, settings: Settings) -> None:
    """Add the addresses of the vendors that are configured; the others' do not exist.

    The application's `extensions["oncall"]` is the operations' context.
    """
    if settings.twilio:
        from oncall.doors.callbacks import twilio  # noqa: PLC0415  a vendor's library is slow to import; who does without never pays

        app.register_blueprint(twilio.callbacks(settings.twilio))
    if settings.slack:
        from oncall.doors.callbacks import slack  # noqa: PLC0415  likewise

        app.register_blueprint(slack.callbacks(settings.slack))
