"""Slack's door: somebody pressed a button under a page."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, request

from oncall.domain.reply import Action
from oncall.doors.callbacks.answers import context, install_errors, plain
from oncall.operations.reply import PressedButton, press_button
from oncall.providers.slack import is_from_slack, press
from oncall.settings import SlackSettings


def callbacks(app: SlackSettings) -> Blueprint:
    """The addresses that an app calls, for requests with its signature alone."""
    door = Blueprint("slack", __name__, url_prefix="/slack")
    install_errors(door)

    @door.before_request
    def verify() -> Response | None:
        # The raw body, read before Flask parses the form: the signature is over these very bytes.
        body = request.get_data(cache=True)
        timestamp, signature = (
            request.headers.get("X-Slack-Request-Timestamp"),
            request.headers.get("X-Slack-Signature"),
        )
        if is_from_slack(app.signing_secret, context().clock.now(), body, timestamp, signature):
            return None
        return plain("the signature is not Slack's for this app, or too old", HTTPStatus.UNAUTHORIZED)

    door.add_url_rule("/interactive", view_func=_interactive, methods=["POST"])
    return door


def _interactive() -> Response:
    pressed = press(request.form.get("payload", ""))
    if pressed is not None and pressed.action in set(Action):
        button = PressedButton(
            page=pressed.page,
            type="slack",
            address=pressed.user,
            action=Action(pressed.action),
            reference=pressed.reference,
        )
        press_button(context(), button)
    # Slack shows nothing of what is answered to a button.
    return Response(status=HTTPStatus.OK)
