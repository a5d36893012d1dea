"""Provisioning by claim: a new lock gets its own certificate for its own key, over MQTT.

https://docs.aws.amazon.com/iot/latest/developerguide/fleet-provision-api.html
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from baylock_lock import log
from baylock_lock.agent import Link
from baylock_lock.identity import CERTIFICATE, PRIVATE_KEY, make_request, write
from baylock_lock.link import Endpoint, Identity, MqttLink, Wire

SIGN = "$aws/certificates/create-from-csr/json"
CLIENT = "claim."
"""What the client ids of locks without an identity begin with: no thing is called that."""
WAIT_S = 60.0


class ClaimRefused(Exception):
    """The identity was not given; the text says why, as far as the service does."""


@dataclass
class Claim:
    """The requests of a lock that claims its identity, as the listener of its link.

    `outcome` becomes the certificate (PEM), or ClaimRefused.
    """

    thing: str
    template: str
    request: str
    outcome: asyncio.Future[str]
    link: Link | None = None
    _certificate: str = ""
    _asked: set[str] = field(default_factory=set)

    @property
    def register(self) -> str:
        """The topic of the request for the thing."""
        return f"$aws/provisioning-templates/{self.template}/provision/json"

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """The topics of the answers."""
        return tuple(
            f"{topic}/{answer}"
            for topic in (SIGN, self.register)
            for answer in ("accepted", "rejected")
        )

    def connected(self) -> None:
        """Have the request signed; once, as a new connection would cost another certificate."""
        self._ask(SIGN, {"certificateSigningRequest": self.request})

    def disconnected(self) -> None:
        """Fail: the token for the second request is worth nothing without the first answer."""
        if self._asked:
            self._fail("the connection was lost")

    def received(self, topic: str, payload: bytes) -> None:
        """Take an answer, and make the next request."""
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            return
        if topic in {f"{SIGN}/rejected", f"{self.register}/rejected"}:
            self._fail(f"{answer.get('errorCode')}: {answer.get('errorMessage')}")
        elif topic == f"{SIGN}/accepted":
            self._certificate = str(answer.get("certificatePem", ""))
            token = answer.get("certificateOwnershipToken")
            parameters = {"thing": self.thing}
            self._ask(self.register, {"certificateOwnershipToken": token, "parameters": parameters})
        elif topic == f"{self.register}/accepted":
            if answer.get("thingName") != self.thing:
                self._fail(f"the identity given is that of {answer.get('thingName')}")
            elif not self.outcome.done():
                self.outcome.set_result(self._certificate)

    def _ask(self, topic: str, content: Mapping[str, Any]) -> None:
        if self.link and topic not in self._asked:
            self._asked.add(topic)
            self.link.publish(topic, json.dumps(content).encode(), self._fail)

    def _fail(self, reason: str) -> None:
        if not self.outcome.done():
            self.outcome.set_exception(ClaimRefused(reason))


async def claim_identity(
    endpoint: Endpoint, claim: Path, template: str, thing: str, folder: Path
) -> None:
    """Give the lock `folder` an identity, with the claim certificate and key in the folder `claim`.

    Raises ClaimRefused; with what was made of the key so far, it can be tried again.
    """
    request = make_request(folder, thing)
    loop = asyncio.get_running_loop()
    listener = Claim(thing, template, request.read_text(), loop.create_future())
    identity = Identity(CLIENT + thing, claim / CERTIFICATE, claim / PRIVATE_KEY)
    link = MqttLink(endpoint, identity, listener.subscriptions, wire=Wire(1), loop=loop)
    listener.link = link
    link.open(listener)
    try:
        certificate = await asyncio.wait_for(listener.outcome, WAIT_S)
    except TimeoutError:
        raise ClaimRefused(f"no answer within {WAIT_S:g} s") from None
    finally:
        await link.close()
    write(folder / CERTIFICATE, certificate.encode())
    log.info("claimed", lock=thing)
