"""The vendors' servers on loopback: they check what they are sent, keep every message, and fail when told.

A double runs in a thread of the test (`run_twilio`, `run_slack`, `run_receiver`) or as a process
(`python -m tests.vendors.twilio_double`); in both cases a test holds it by a handle that speaks HTTP to it: `Twilio`, `Slack` and
`Receiver`, who takes webhooks. What people do (answer a text message, pick up the phone, press a button) reaches the service
through a `Post`: by HTTP, or straight into a Flask app.
"""

from tests.vendors.phone import Phone, Spoken, Text
from tests.vendors.posting import Answer, AppPost, HttpPost, Post
from tests.vendors.receiver import Received, Receiver, run_receiver
from tests.vendors.slack import Posted, Slack, run_slack
from tests.vendors.twilio import Accepted, Twilio, run_twilio

__all__ = [
    "Accepted",
    "Answer",
    "AppPost",
    "HttpPost",
    "Phone",
    "Post",
    "Posted",
    "Received",
    "Receiver",
    "Slack",
    "Spoken",
    "Text",
    "Twilio",
    "run_receiver",
    "run_slack",
    "run_twilio",
]
