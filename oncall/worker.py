"""The worker's composition root: providers, engine and delivery on one context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import structlog

from oncall.clock import Clock
from oncall.delivery import receipts
from oncall.delivery.deliver import Delivery
from oncall.delivery.protocol import Provider
from oncall.doorbell import LocalDoorbell
from oncall.engine.clock_watch import ClockWatch
from oncall.engine.feeds import FeedReader
from oncall.engine.heartbeat import Heartbeat
from oncall.engine.loop import Loop, Pace
from oncall.engine.timers import Engine
from oncall.engine.watchdog import Watchdog, end_process
from oncall.errors import UnavailableError
from oncall.operations.context import Context
from oncall.operations.handover import hand_over, watch_schedules
from oncall.operations.recover import take_over, try_again
from oncall.operations.start import get_ready
from oncall.operations.swaps import expire_swaps
from oncall.providers import sandbox, webhook
from oncall.settings import Settings
from oncall.store import due
from oncall.supervisor import READY, STOPS, WORKS, Supervisor
from oncall.watch.periodic import Periodic
from oncall.watch.watch import Watch, works_of

_SENDING = Pace("oncall-delivery", due.MESSAGE)
# Hardly any timer is due at once when it is made: so rings close together are one to those who fire them.
_FIRING = Pace("oncall-timers", due.TIMER, timedelta(milliseconds=200))
_CHANGING = Pace("oncall-changes", due.CHANGE)

_log = structlog.get_logger(__name__)


class Worker:
    """Everything that acts by itself: fires timers, sends messages and hands over at a change of shifts, until it is stopped."""

    def __init__(
        self,
        context: Context,
        doorbell: LocalDoorbell,
        providers: Sequence[Provider],
        watched: Sequence[Periodic] = (),
        supervisor: Supervisor | None = None,
    ) -> None:
        self.engine = Engine(context)
        senders_bell = doorbell.beside()
        self.delivery = Delivery(context, providers, when_free=senders_bell.ring)
        self._context = context
        self._feeds = FeedReader(context)
        self._heartbeat = Heartbeat(context)
        self._clocks = ClockWatch(context)
        asking = Periodic(context, receipts.NAME, receipts.PERIOD, receipts.Receipts(context, providers).ask)
        self._watch = Watch(self._heartbeat.worker, (*watched, self._clocks, asking))
        changes = (partial(hand_over, context), partial(expire_swaps, context), self._feeds.read_due)
        # Three threads, so that what is to be sent waits for no timer, and neither for what has no hurry.
        self._loops = (
            Loop(context, senders_bell, self.delivery.works, pace=_SENDING),
            Loop(context, doorbell.beside(), [self.engine.fire_due], self._heartbeat.beat, pace=_FIRING),
            Loop(context, LocalDoorbell(), changes, pace=_CHANGING),
        )

        self._supervisor = supervisor or Supervisor(None)
        self._watchdog = Watchdog(self._loops, end_process, partial(self._supervisor.tell, WORKS))

    def start(self) -> None:
        """Begin, on threads of its own.

        Raises UnavailableError when the database does not answer or fit, and SettingsError for the wrong secret key.
        """
        get_ready(self._context)
        self._clocks.start()
        if self._context.database.is_sqlite:
            take_over(self._context)
        try_again(self._context)
        watch_schedules(self._context)
        for loop in self._loops:
            loop.start()
        self._watch.start()
        self._watchdog.start()
        self._supervisor.tell(READY)
        _log.info("the worker runs", worker=self._heartbeat.worker)

    def stop(self) -> None:
        """Claim nothing more, finish what is under way, give up what is held, and return."""
        self._supervisor.tell(STOPS)
        self._watchdog.stop()
        for loop in self._loops:
            loop.end()
        for loop in self._loops:
            loop.stop()
        self._watch.stop()
        self.delivery.stop()
        self._feeds.stop()
        try:
            self.engine.release()
            self._heartbeat.stop()
        except UnavailableError as error:
            _log.warning("the worker stops without its database: its leases run out by themselves", error=str(error))


def build_worker(
    context: Context, doorbell: LocalDoorbell, settings: Settings, terminal: Callable[[str], object]
) -> Worker:
    """A worker on a context, woken by `doorbell`; `terminal` shows what the sandbox takes."""
    providers = build_providers(settings, context.clock, terminal)
    return Worker(context, doorbell, providers, works_of(context, settings), Supervisor(settings.notify_socket))


def build_providers(settings: Settings, clock: Clock, terminal: Callable[[str], object]) -> tuple[Provider, ...]:
    """A provider for every vendor with credentials, and webhooks, which need none; the sandbox takes the other types where asked."""
    providers: list[Provider] = []
    if settings.twilio is not None:
        from oncall.providers import twilio  # noqa: PLC0415  a vendor's library is slow to import; who does without never pays

        providers.append(twilio.build(settings.twilio, settings.public_url, clock))
    if settings.slack is not None:
        from oncall.providers import slack  # noqa: PLC0415  likewise

        providers.append(slack.build(settings.slack, clock))
    if settings.calls_out:
        providers.extend(webhook.build(settings.secret_keys, clock, webhook.Caller(private=settings.private_webhooks)))
    if settings.sandbox_file is not None:
        served = [method for provider in providers for method in provider.methods]
        providers.append(sandbox.build(settings.sandbox_file, clock, terminal, besides=served))
    return tuple(providers)
