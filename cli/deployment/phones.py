"""The phones of merchants and drivers: texts in through the topic, texts out from the outbox."""

from __future__ import annotations

import json
import uuid
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from baylock.domain.access.key_ring import Purpose
from baylock.domain.texting.signature import newest_key, signed
from deployment.deployment import Deployment
from deployment.errors import DeploymentError

_SECONDS = 10.0


def send_text(deployment: Deployment, sender: str, body: str, message: str | None = None) -> str:
    """Publish a text as AWS two-way SMS does, and return its inbound message id.

    https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html
    """
    message = message or str(uuid.uuid4())
    deployment.client("sns").publish(
        TopicArn=deployment.outputs["InboundTopic"],
        Message=json.dumps(
            {
                "originationNumber": sender,
                "destinationNumber": deployment.outputs["PlatformNumber"],
                "messageKeyword": (body.split() or [""])[0].upper(),
                "messageBody": body,
                "inboundMessageId": message,
                "previousPublishedMessageId": "",
            },
            ensure_ascii=False,
        ),
    )
    return message


def sign_text(deployment: Deployment, sender: str, body: str) -> str:
    """Return a merchant's text with its signature; DeploymentError where no merchant sends it."""
    merchant = deployment.venues.merchant_with_phone(sender)
    if merchant is None:
        raise DeploymentError("only a merchant's registered number can sign")
    counts = deployment.signatures.text_key(merchant)
    key = newest_key(merchant, counts, deployment.ring(Purpose.TEXT_KEYS))
    return signed(body, key)


def inbox(deployment: Deployment, number: str) -> list[str]:
    """Return the texts that were sent to a number, oldest first.

    Only the local cloud keeps them; DeploymentError elsewhere.
    """
    if deployment.sms_outbox is None:
        raise DeploymentError("AWS keeps no copy of sent texts; look at the phone itself")
    return read_outbox(deployment.sms_outbox, number)


def read_outbox(sms_outbox: str, number: str) -> list[str]:
    """Return the texts to a number from the outbox at this address, oldest first."""
    url = f"{sms_outbox}?{urlencode({'phoneNumber': number})}"
    with urlopen(url, timeout=_SECONDS) as response:  # noqa: S310 (the local cloud's own http)
        held: dict[str, Any] = json.load(response)
    return [text["Message"] for text in held["sms_messages"].get(number, ())]
