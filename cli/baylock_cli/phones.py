"""Being a merchant's or a driver's phone: texts in through the topic, texts out from the outbox."""

from __future__ import annotations

import json
import uuid
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from baylock_cli.errors import CommandError
from baylock_cli.site import Site

_SECONDS = 10.0


def send_text(site: Site, sender: str, body: str, message: str | None = None) -> str:
    """Publish a text as AWS two-way SMS does, and return its inbound message id.

    https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html
    """
    message = message or str(uuid.uuid4())
    site.client("sns").publish(
        TopicArn=site.outputs["InboundTopic"],
        Message=json.dumps(
            {
                "originationNumber": sender,
                "destinationNumber": site.outputs["PlatformNumber"],
                "messageKeyword": (body.split() or [""])[0].upper(),
                "messageBody": body,
                "inboundMessageId": message,
                "previousPublishedMessageId": "",
            },
            ensure_ascii=False,
        ),
    )
    return message


def inbox(site: Site, number: str) -> list[str]:
    """The texts that a number has been sent, oldest first. Only the local cloud keeps them."""
    if site.local is None:
        raise CommandError("AWS keeps no copy of sent texts; look at the phone itself")
    return read_outbox(site.local.sms_outbox, number)


def read_outbox(sms_outbox: str, number: str) -> list[str]:
    """The same from the outbox's address."""
    url = f"{sms_outbox}?{urlencode({'phoneNumber': number})}"
    with urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 (the local cloud's own http)
        held: dict[str, Any] = json.load(answer)
    return [one["Message"] for one in held["sms_messages"].get(number, ())]
