"""Gunicorn and two workers on PostgreSQL and Redis: one page a step, and none lost with a worker or with Redis."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer

from oncall.operations.apply import apply_document
from oncall.operations.claim import LEASE
from oncall.redis_doorbell import QUEUE, rung
from tests.processes import (
    Running,
    environment,
    free_port,
    request,
    sent_messages,
    started,
    wait_until_ready,
    web,
    worker,
)
from tests.scenarios.beside import beside, new_token
from tests.scenarios.later import PATIENCE_SECONDS, eventually, let_pass

pytestmark = [pytest.mark.kill, pytest.mark.processes]

TEAMS = 20


def document() -> str:
    """Services of which each pages two people of its own, one after the other."""
    phone = "+1500555{:04d}"
    names = [f"{rank}{number}" for number in range(TEAMS) for rank in ("first", "second")]
    return json.dumps(
        {
            "version": 1,
            "users": {
                name: {"name": name, "contact_methods": {"mobile": {"type": "sms", "address": phone.format(place)}}}
                for place, name in enumerate(names)
            },
            "escalation_policies": {
                f"p{number}": {
                    "steps": [{"notify": [{"user": f"{rank}{number}"}], "wait": "10m"} for rank in ("first", "second")]
                }
                for number in range(TEAMS)
            },
            "services": {f"s{number}": {"escalation_policy": f"p{number}"} for number in range(TEAMS)},
        }
    )


@dataclass(frozen=True)
class Cluster:
    """A deployment with two workers."""

    home: Path
    port: int
    token: str
    database_url: str
    redis_url: str
    workers: tuple[Running, Running]

    def trigger(self, number: int) -> None:
        """Open an incident of one service."""
        body = {"service": f"s{number}", "title": "db down", "severity": "sev1"}
        status, answer = request(self.port, "POST", "/api/v1/incidents", body, self.token)
        assert status == 201, answer

    def trigger_all(self) -> None:
        """Open an incident of every service, several at a time."""
        with ThreadPoolExecutor(8) as senders:
            list(senders.map(self.trigger, range(TEAMS)))

    def paged(self) -> Counter[str]:
        """How many messages each person was sent."""
        return Counter(message["user"] for message in sent_messages(self.home))


@pytest.fixture
def cluster(tmp_path: Path, postgres_url: str, redis_url: str) -> Iterator[Cluster]:
    """A running deployment with two workers."""
    port = free_port()
    known = environment(tmp_path, port, {"ONCALL_DATABASE_URL": postgres_url, "ONCALL_REDIS_URL": redis_url})
    with beside(known) as context:
        apply_document(context, document(), author="test", prune=False, dry_run=False)
    with started(known, tmp_path, web(port), worker(), worker()) as (gunicorn, first, second):
        wait_until_ready(port, [gunicorn, first, second])
        yield Cluster(tmp_path, port, new_token(known), postgres_url, redis_url, (first, second))


def once(*ranks: str) -> Counter[str]:
    """Each person of those ranks, once."""
    return Counter(f"{rank}{number}" for number in range(TEAMS) for rank in ranks)


def test_every_step_pages_once_with_both_workers_alive(cluster: Cluster) -> None:
    cluster.trigger_all()
    eventually(cluster.paged, once("first"))

    let_pass(cluster.database_url, timedelta(minutes=10))
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


def test_emptied_redis_loses_nothing(cluster: Cluster) -> None:
    with redis.Redis.from_url(cluster.redis_url) as client:
        cluster.trigger_all()
        client.flushall()
        eventually(cluster.paged, once("first"))

        client.flushall()
        let_pass(cluster.database_url, timedelta(minutes=10))
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


def test_workers_stop_in_the_middle_of_a_hail_of_rings(cluster: Cluster) -> None:
    with redis.Redis.from_url(cluster.redis_url) as client:
        bell = Queue(QUEUE, connection=client, serializer=JSONSerializer)
        bell.enqueue_many([Queue.prepare_data(rung, result_ttl=0, failure_ttl=0) for _ in range(2000)])

    assert [running.stop() for running in cluster.workers] == [0, 0]
