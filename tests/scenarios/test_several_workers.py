"""Gunicorn and two workers on PostgreSQL and Redis: one page a step, and none lost with a worker or with Redis."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer

from oncall.domain.bundling import MINUTE
from oncall.operations.claim import LEASE
from oncall.redis_doorbell import QUEUE, rung
from schedules import parse_instant
from tests.processes import Running, sent_messages, started, worker
from tests.scenarios.deployment import TEAMS, Deployment, deployed, tables_of
from tests.scenarios.later import PATIENCE_SECONDS, eventually, let_pass
from tests.servers import PostgresServer

LATEST = timedelta(seconds=15)
"""By how much a page may be late while everything is replaced, one after the other."""

pytestmark = [pytest.mark.kill, pytest.mark.processes]


@dataclass(frozen=True)
class Cluster:
    """Two workers of its own in a deployment, in which nothing has been sent for it yet."""

    deployment: Deployment
    redis_url: str
    workers: tuple[Running, ...]
    sent_before: int

    def trigger(self, number: int) -> None:
        """Open an incident of one service."""
        body = {"service": f"s{number}", "title": "db down", "severity": "sev1"}
        status, answer = self.deployment.ask("POST", "incidents", body)
        assert status == 201, answer

    def trigger_all(self) -> None:
        """Open an incident of every service, several at a time."""
        with ThreadPoolExecutor(8) as senders:
            list(senders.map(self.trigger, range(TEAMS)))

    def paged(self) -> Counter[str]:
        """How many messages each person was sent."""
        return Counter(message["user"] for message in sent_messages(self.deployment.home)[self.sent_before :])

    def sent_at(self) -> list[datetime]:
        """When each message was sent."""
        return [parse_instant(message["at"]) for message in sent_messages(self.deployment.home)[self.sent_before :]]

    def let_pass(self, by: timedelta) -> None:
        """Let time pass for everything that waits."""
        let_pass(self.deployment.database_url, by)


@pytest.fixture(scope="module")
def deployment(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    postgres_template: str,
    redis_server_url: str,
) -> Iterator[Deployment]:
    """The web, which outlives the workers of all these tests."""
    with postgres_server.database(template=postgres_template) as database:
        url = database.render_as_string(hide_password=False)
        with deployed(tmp_path_factory.mktemp("deployment"), url, redis_server_url) as deployment:
            yield deployment


@pytest.fixture
def cluster(deployment: Deployment, redis_url: str) -> Iterator[Cluster]:
    """Two workers that are ready."""
    home = deployment.home
    before = len(sent_messages(home))
    with started(deployment.environment, home, worker(), worker()) as workers:
        eventually(lambda: all(map(_runs, workers)), expected=True)
        yield Cluster(deployment, redis_url, workers, before)
        deployment.resolve_all()
        let_pass(deployment.database_url, MINUTE)


def _runs(worker: Running) -> bool:
    return "the worker runs" in worker.said()


def once(*ranks: str) -> Counter[str]:
    """Each person of those ranks, once."""
    return Counter(f"{rank}{number}" for number in range(TEAMS) for rank in ranks)


def test_every_step_pages_once_with_both_workers_alive(cluster: Cluster) -> None:
    cluster.trigger_all()
    eventually(cluster.paged, once("first"))

    cluster.let_pass(timedelta(minutes=10))
    eventually(cluster.paged, once("first", "second"))

    for running in cluster.workers:
        running.require_alive()


def test_worker_killed_midway_loses_nothing(cluster: Cluster) -> None:
    with ThreadPoolExecutor(8) as senders:
        opened = [senders.submit(cluster.trigger, number) for number in range(TEAMS)]
        opened[TEAMS // 2].result()
        cluster.workers[0].kill()
        for each in opened:
            each.result()

    # What the dead one had claimed is free for the other when its lease runs out.
    eventually(cluster.paged, once("first"), patience=LEASE.total_seconds() + PATIENCE_SECONDS)


def test_worker_that_is_suspended_holds_up_nobody_and_doubles_nothing_when_it_goes_on(cluster: Cluster) -> None:
    suspended, _ = cluster.workers
    suspended.process.send_signal(signal.SIGSTOP)
    cluster.trigger_all()
    eventually(cluster.paged, once("first"))

    suspended.process.send_signal(signal.SIGCONT)
    cluster.let_pass(timedelta(minutes=10))
    eventually(cluster.paged, once("first", "second"))


def test_emptied_redis_loses_nothing(cluster: Cluster) -> None:
    with redis.Redis.from_url(cluster.redis_url) as client:
        cluster.trigger_all()
        client.flushall()
        eventually(cluster.paged, once("first"))

        client.flushall()
        cluster.let_pass(timedelta(minutes=10))
        eventually(cluster.paged, once("first", "second"))


def test_stopped_redis_leaves_the_workers_looking_for_themselves(cluster: Cluster) -> None:
    with redis.Redis.from_url(cluster.redis_url) as client:
        client.client_kill_filter(_type="normal", skipme=True)
        client.config_set("maxclients", "1")
        try:
            cluster.trigger(0)
            eventually(cluster.paged, Counter({"first0": 1}))
        finally:
            client.config_set("maxclients", "1000")

    cluster.trigger(1)
    eventually(cluster.paged, Counter({"first0": 1, "first1": 1}))


def test_rolling_restart_on_the_tables_of_a_later_release_makes_nothing_late(cluster: Cluster) -> None:
    deployment = cluster.deployment
    cluster.trigger_all()
    cluster.let_pass(timedelta(minutes=10, seconds=-2))
    due_at = deployment.last_due()
    with tables_of("9999", deployment.database_url), ExitStack() as running:
        deployment.reload_web()
        for old in cluster.workers:
            assert old.stop() == 0
            (new,) = running.enter_context(started(deployment.environment, deployment.home, worker()))
            eventually(partial(_runs, new), expected=True)
        # What the stopped ones held is free at once, and not when a lease would have run out.
        eventually(cluster.paged, once("first", "second"))
        assert max(cluster.sent_at()) - due_at <= LATEST


def test_workers_stop_in_the_middle_of_a_hail_of_rings(cluster: Cluster) -> None:
    with redis.Redis.from_url(cluster.redis_url) as client:
        bell = Queue(QUEUE, connection=client, serializer=JSONSerializer)
        bell.enqueue_many([Queue.prepare_data(rung, result_ttl=0, failure_ttl=0) for _ in range(2000)])

    assert [running.stop() for running in cluster.workers] == [0, 0]
