"""Twilio's doors: answers by text message, keys on the phone, and what became of messages and calls."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, request

from oncall.delivery.lines import lines_of_call
from oncall.domain.reply import action_of_key, parse_reply
from oncall.doors.callbacks.answers import context, install_errors, plain
from oncall.errors import UnavailableError
from oncall.operations.reply import ReplyByCode, ReplyOutcome, act_on_call, reply_by_code, unreadable_reply
from oncall.operations.settle import receipt
from oncall.providers import twilio
from oncall.settings import TwilioSettings

_HOW_TO_ANSWER = "Answer with the code of a page: 1234 acknowledges, 1234 e escalates. Nothing was changed."
_NOT_RECORDED = "This could not be recorded: try again in a minute, or log in."
_NO_KEY = "No key was pressed. The page goes on to others until somebody acknowledges."
_CALLED_BACK = "This number pages the people on call, and takes no calls. Answer the text message, or log in."


def callbacks(account: TwilioSettings) -> Blueprint:
    """The addresses that an account calls, for requests with its signature alone."""
    door = Blueprint("twilio", __name__, url_prefix="/twilio")
    install_errors(door)
    door.before_request(partial(_verify, account.auth_token))
    door.add_url_rule("/sms", view_func=_sms, methods=["POST"])
    door.add_url_rule("/sms/status", view_func=_sms_status, methods=["POST"])
    door.add_url_rule("/voice", view_func=_voice, methods=["POST"])
    door.add_url_rule("/voice/gather", view_func=_gather, methods=["POST"])
    door.add_url_rule("/voice/status", view_func=_voice_status, methods=["POST"])
    return door


def _verify(auth_token: str) -> Response | None:
    # Twilio signs the address that it was told. What a request says of its own host is the caller's word.
    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    url = f"{context().public_url}{request.path}{query}"
    if twilio.is_from_twilio(auth_token, url, request.form, request.headers.get("X-Twilio-Signature")):
        return None
    return plain(
        f"the signature is not the account's for {url}: is ONCALL_PUBLIC_URL what Twilio calls?", HTTPStatus.FORBIDDEN
    )


def _sms() -> Response:
    received = twilio.text_message(request.form)
    try:
        outcome = _reply(received)
    except UnavailableError:
        # Twilio delivers a text message once, so the person has to send it again and must know.
        outcome = ReplyOutcome(_NOT_RECORDED, acted=False)
    return _twiml(twilio.message(outcome.text) if outcome.text else twilio.silence())


def _reply(received: twilio.TextMessage) -> ReplyOutcome:
    reply = parse_reply(received.text)
    if reply is None:
        return unreadable_reply(context(), received.sender, received.reference, _HOW_TO_ANSWER)
    return reply_by_code(context(), ReplyByCode(received.sender, reply.code, reply.action, received.reference))


def _voice() -> Response:
    return _twiml(twilio.farewell(_CALLED_BACK))


def _gather() -> Response:
    pressed = twilio.key_pressed(request.form, request.args)
    call = request.args.get("call", "")
    action = action_of_key(pressed.digits)
    try:
        if action is None:
            return _speak_again(call, pressed)
        outcome = act_on_call(context(), call, action, pressed.reference)
        if outcome.acted:
            return _twiml(twilio.farewell(outcome.text or ""))
        return _speak_again(call, pressed, outcome.text or "")
    except UnavailableError:
        return _twiml(twilio.farewell(_NOT_RECORDED))


def _speak_again(call: str, pressed: twilio.KeyPressed, before: str = "") -> Response:
    """Say what is wrong once more, after `before`; the end of the call where that has been often enough."""
    lines = lines_of_call(context(), call)
    if not lines or pressed.time >= twilio.MOST_TIMES_SPOKEN or pressed.by_machine:
        return _twiml(twilio.farewell(before or _NO_KEY))
    return _twiml(twilio.speech(lines, context().public_url, call, time=pressed.time + 1, before=before))


def _sms_status() -> Response:
    return _record(twilio.text_report(request.form))


def _voice_status() -> Response:
    return _record(twilio.call_report(request.form))


def _record(report: twilio.Report | None) -> Response:
    if report is not None:
        receipt(context(), request.args.get("call", ""), report.status, report.reason, report.verdict)
    # A send that is unknown here stays so: an error would make Twilio's alarm ring, and nothing else.
    return Response(status=HTTPStatus.NO_CONTENT)


def _twiml(text: str) -> Response:
    return Response(text, content_type="text/xml; charset=utf-8")
