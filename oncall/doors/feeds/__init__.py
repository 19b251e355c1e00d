"""Calendars for Google, Apple, Outlook and the like: at secret addresses, without log-in and without cookies."""

from oncall.doors.feeds.served import feeds

__all__ = ["feeds"]
