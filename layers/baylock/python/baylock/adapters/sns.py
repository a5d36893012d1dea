"""Texts to phones through Amazon SNS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from baylock.domain.errors import Busy, NotReached, Unreachable
from baylock.domain.texting.prices import MAX_USD

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


@dataclass(frozen=True)
class SnsSmsGateway:
    """The SmsGateway port. `platform_number` (E.164) sends the texts and receives the replies.

    `max_usd` is the most that a text may cost, in US dollars: SNS drops a dearer one, and says so
    in its delivery log.
    """

    client: SNSClient
    platform_number: str
    max_usd: str = MAX_USD

    def send(self, phone: str, text: str) -> str:
        """One Publish; transactional, as delivery matters more than the price."""
        try:
            answer = self.client.publish(
                PhoneNumber=phone,
                Message=text,
                MessageAttributes={
                    "AWS.SNS.SMS.SMSType": {
                        "DataType": "String",
                        "StringValue": "Transactional",
                    },
                    "AWS.SNS.SMS.MaxPrice": {"DataType": "Number", "StringValue": self.max_usd},
                    "AWS.MM.SMS.OriginationNumber": {
                        "DataType": "String",
                        "StringValue": self.platform_number,
                    },
                },
            )
        except ClientError as error:
            # The carrier's message may contain the phone number: drop it.
            raise _meant(error) from None
        except BotoCoreError as error:
            raise Busy from error
        return answer["MessageId"]


def _meant(error: ClientError) -> Busy | NotReached:
    """The meaning of an error, by its code, and by its message where codes are shared.

    https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors. Other errors,
    such as a missing permission, are ours to fix; the text waits for that.
    """
    code = error.response["Error"].get("Code", "")
    words = error.response["Error"].get("Message", "").lower()
    if code.startswith("OptedOut") or "opted out" in words or "opted-out" in words:
        return NotReached(Unreachable.OPTED_OUT, again=False)
    if "spend" in words or "quota" in words or "SpendLimit" in code or "Quota" in code:
        return NotReached(Unreachable.SPEND_LIMIT, again=True)
    if code.startswith(("InvalidParameter", "Validation")):
        return NotReached(Unreachable.REFUSED, again=False)
    return Busy()
