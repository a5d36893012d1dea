"""The example mall in a local cloud, with its locks in contact and keys for its merchants."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from baylock.domain.access.limits import Limits
from baylock.domain.venue.mall import Mall, MerchantId
from baylock_lock.control import Control
from deployment import Deployment
from deployment.provisioning import provision_locks
from local_cloud.cloud import LocalCloud, Progress
from local_cloud.errors import LocalCloudError
from local_cloud.home import PROJECT
from local_cloud.sam import build_here, deploy
from local_cloud.stack import Merchant, Stack
from local_cloud.standstill import LIMIT_SECONDS, Standstill
from venue_import import import_venue

EXAMPLE_MALL = PROJECT / "examples" / "mall.geojson"
PLATFORM_NUMBER = "+12065550100"
ON_A_LAPTOP = Limits(burst=1_000, per_minute=60_000, per_day=10_000_000)
"""Limits for tests and fuzzers, which call as fast as they can."""


@dataclass(frozen=True)
class Seeded:
    """A local cloud with the example mall in it."""

    stack: Stack
    deployment: Deployment
    mall: Mall
    control: Control


def seed(cloud: LocalCloud, *, progress: Progress, plan: Path = EXAMPLE_MALL) -> Seeded:
    """Build, deploy, import the mall, provision its locks and start their agents."""
    template = build_here(progress=progress)
    address = cloud.address
    outputs = deploy(
        address,
        cloud.home,
        template,
        progress=progress,
        parameters={
            "Stage": "local",
            "PlatformNumber": PLATFORM_NUMBER,
            "LinkBase": address.endpoint,
        },
    )
    deployment = Deployment(
        address.session(),
        outputs,
        api=f"{address.endpoint}/_aws/execute-api/{outputs['ApiId']}/live",
        sms_outbox=f"{address.endpoint}/_ministack/sns/sms-messages",
    )
    progress(f"importing {plan.name}")
    imported = import_venue(
        plan, deployment.venues, deployment.plans, register_locks=deployment.register_locks
    )
    if imported.errors:
        wrong = "\n".join(f"{error.feature}: {error.message}" for error in imported.errors)
        raise LocalCloudError(f"{plan} can't be imported:\n{wrong}")
    mall = imported.mall
    control = start_locks(cloud, deployment, mall, progress)
    stack = Stack(
        **vars(address),
        stack_name="baylock",
        api=deployment.api,
        inbound_topic=outputs["InboundTopic"],
        platform_number=outputs["PlatformNumber"],
        sms_outbox=deployment.sms_outbox or "",
        tables={
            name.removesuffix("Table").lower(): table
            for name, table in outputs.items()
            if name.endswith("Table")
        },
        merchants=tuple(
            Merchant(
                merchant.ref,
                merchant.name,
                _key(deployment, merchant.id_in(mall.ref)),
                merchant.phone or "",
            )
            for merchant in imported.merchants
        ),
        outputs=outputs,
    )
    return Seeded(stack, deployment, mall, control)


def _key(deployment: Deployment, merchant: MerchantId) -> str:
    return deployment.mint_key(merchant, limits=ON_A_LAPTOP).secret


def start_locks(
    cloud: LocalCloud, deployment: Deployment, mall: Mall, progress: Progress
) -> Control:
    """Provision every lock of the mall, and run their agents in one process beside the cloud."""
    identities = cloud.home.scratch / "locks"
    total = sum(len(lot.spaces) for lot in mall.lots)
    progress(f"provisioning {total} locks")

    def count(done: int, total: int) -> None:
        if done % 60 == 0 and done < total:
            progress(f"provisioning {total} locks: {done}")

    provision_locks(deployment, mall, mall.lots, identities, count)
    progress("connecting the locks")
    iot = cloud.address.iot
    cloud.start(
        "locks",
        ["-m", "baylock_lock", "--host", iot.host, "--port", str(iot.port), "--ca", iot.ca,
         "--identities", str(identities), "--simulate", "--reconnect-max", "3",
         "--control-file", str(cloud.home.control_file)],
    )  # fmt: skip
    control = Control(cloud.home.control_file)
    control.wait_ready(LIMIT_SECONDS)
    _await_contact(deployment, mall, progress)
    return control


def _await_contact(deployment: Deployment, mall: Mall, progress: Progress) -> None:
    """Wait until every lock has reported: until then its space takes no orders."""

    def waiting() -> int:
        return sum(
            not lock.is_usable
            for lot in mall.lots
            for lock in deployment.locks.of_lot(mall.ref, lot.ref)
        )

    await_locks(waiting, Standstill(), progress)


def await_locks(
    waiting: Callable[[], int],
    still: Standstill,
    progress: Progress,
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Wait until no lock is `waiting` for its first report, for as long as their number falls.

    Raises LocalCloudError where it has not fallen for the limit of `still`.
    """
    fewest = None
    while out := waiting():
        if fewest is None or out < fewest:
            fewest = out
            progress(f"waiting for the first reports of locks: {out}")
        if still.is_over_limit(fewest):
            raise LocalCloudError(
                f"{out} locks are out of contact, and none has come for {still.limit_s:g} s; see "
                "the logs of the locks and of MiniStack in .baylock/*/logs, then start again"
            )
        sleep(1)
