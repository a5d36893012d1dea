"""What a local cloud needs beyond a deployment: a mall, its locks' agents, merchants' keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from baylock.domain.access.limits import Limits
from baylock.domain.venue.mall import Mall, MerchantId
from baylock_cli.errors import CommandError
from baylock_cli.keys import new_key
from baylock_cli.provisioning import provision_locks
from baylock_cli.site import Site, now
from baylock_lock.control import Control
from local_cloud import Home, LocalCloud, Merchant, Stack, build_here, deploy
from local_cloud.home import PROJECT
from venue_import import import_venue

EXAMPLE_MALL = PROJECT / "examples" / "mall.geojson"
PLATFORM_NUMBER = "+12065550100"
LOCKS_READY_SECONDS = 60.0
ON_A_LAPTOP = Limits(burst=1_000, per_minute=60_000, per_day=10_000_000)
"""Tests and fuzzers call as fast as they can."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Furnished:
    """A local cloud with everything in it."""

    stack: Stack
    site: Site
    mall: Mall
    control: Control


def control_file(home: Home) -> Path:
    """Where the simulated locks say how to reach them."""
    return home.path / "locks.json"


def furnish(cloud: LocalCloud, *, progress: Progress, plan: Path = EXAMPLE_MALL) -> Furnished:
    """Build, deploy, import the mall, provision its locks and start their agents."""
    template = build_here(progress=progress)
    outputs = deploy(
        cloud.address,
        cloud.home,
        template,
        progress=progress,
        parameters={
            "Stage": "local",
            "PlatformNumber": PLATFORM_NUMBER,
            "LinkBase": cloud.address.endpoint,
        },
    )
    site = Site.fresh(cloud.address, outputs)
    progress(f"importing {plan.name}")
    imported = import_venue(plan, site.venues, site.plans)
    if imported.errors:
        wrong = "\n".join(f"{one.feature}: {one.message}" for one in imported.errors)
        raise CommandError(f"{plan} can't be imported:\n{wrong}")
    mall = imported.mall
    control = start_locks(cloud, site, mall, progress)
    stack = Stack(
        **vars(cloud.address),
        stack_name="baylock",
        api=f"{cloud.address.endpoint}/_aws/execute-api/{outputs['ApiId']}/live",
        inbound_topic=outputs["InboundTopic"],
        platform_number=outputs["PlatformNumber"],
        sms_outbox=f"{cloud.address.endpoint}/_ministack/sns/sms-messages",
        tables={
            name.removesuffix("Table").lower(): table
            for name, table in outputs.items()
            if name.endswith("Table")
        },
        merchants=tuple(
            Merchant(
                merchant.ref,
                merchant.name,
                new_key(site.venues, MerchantId(mall.ref, merchant.ref), now(), limits=ON_A_LAPTOP),
                merchant.phone or "",
            )
            for merchant in imported.merchants
        ),
        outputs=outputs,
    )
    return Furnished(stack, Site(site.session, outputs, stack), mall, control)


def start_locks(cloud: LocalCloud, site: Site, mall: Mall, progress: Progress) -> Control:
    """Provision every lock of the mall, and run their agents in one process beside the cloud."""
    identities = cloud.home.scratch / "locks"
    total = sum(len(lot.spaces) for lot in mall.lots)
    progress(f"provisioning {total} locks")

    def count(done: int, total: int) -> None:
        if done % 60 == 0 and done < total:
            progress(f"provisioning {total} locks: {done}")

    provision_locks(site, mall, mall.lots, identities, count)
    progress("connecting the locks")
    iot = cloud.address.iot
    cloud.start(
        "locks",
        ["-m", "baylock_lock", "--host", iot.host, "--port", str(iot.port), "--ca", iot.ca,
         "--identities", str(identities), "--simulate", "--reconnect-max", "3",
         "--control-file", str(control_file(cloud.home))],
    )  # fmt: skip
    control = Control(control_file(cloud.home))
    control.wait_ready(LOCKS_READY_SECONDS)
    _await_contact(site, mall, progress)
    return control


def _await_contact(site: Site, mall: Mall, progress: Progress) -> None:
    """Wait until the cloud has heard from every lock: until then the spaces take no orders."""
    deadline = time.monotonic() + LOCKS_READY_SECONDS
    while out := sum(
        not (lock.is_usable and lock.report)
        for lot in mall.lots
        for lock in site.locks.of_lot(mall.ref, lot.ref)
    ):
        if time.monotonic() > deadline:
            raise CommandError(
                f"{out} locks are still out of contact after {LOCKS_READY_SECONDS:g} s; see the "
                "logs of the locks and of MiniStack in .baylock/*/logs"
            )
        progress(f"locks not heard from yet: {out}")
        time.sleep(1)
