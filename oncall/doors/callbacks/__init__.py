"""What vendors call back: answers, keys, buttons, and what became of a message. Nothing unsigned changes anything."""

from __future__ import annotations

from flask import Flask

from oncall.doors.callbacks import slack, twilio
from oncall.settings import Settings


def register(app: Flask, settings: Settings) -> None:
    """Add the addresses of the vendors that are configured; the others' do not exist.

    The application's `extensions["oncall"]` is the operations' context.
    """
    if settings.twilio:
        app.register_blueprint(twilio.callbacks(settings.twilio))
    if settings.slack:
        app.register_blueprint(slack.callbacks(settings.slack))
