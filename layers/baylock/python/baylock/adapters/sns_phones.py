"""Texts to phones through Amazon SNS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from baylock.domain.errors import Busy

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


@dataclass(frozen=True)
class SnsPhones:
    """The Phones port. `platform_number` (E.164) is what texts come from and replies go to."""

    client: SNSClient
    platform_number: str

    def send(self, phone: str, text: str) -> str:
        """One Publish; transactional, as these texts must arrive, not be cheap."""
        try:
            answer = self.client.publish(
                PhoneNumber=phone,
                Message=text,
                MessageAttributes={
                    "AWS.SNS.SMS.SMSType": {
                        "DataType": "String",
                        "StringValue": "Transactional",
                    },
                    "AWS.MM.SMS.OriginationNumber": {
                        "DataType": "String",
                        "StringValue": self.platform_number,
                    },
                },
            )
        except (BotoCoreError, ClientError) as error:
            # Whatever the reason, the text has not left and the queue brings it back; the error of
            # the carrier may name the phone, so it goes no further.
            raise Busy from None if isinstance(error, ClientError) else error
        return answer["MessageId"]
