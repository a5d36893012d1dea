"""The certificates of locks in AWS IoT: issued for a request, retired, looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from baylock.adapters.iot import SHADOW
from baylock.domain.venue.mall import ThingName
from deployment.errors import DeploymentError

ACTIVE, INACTIVE = "ACTIVE", "INACTIVE"
MIN_RSA_BITS = 2048
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
"""What AWS IoT signs: https://docs.aws.amazon.com/iot/latest/developerguide/x509-client-certs.html"""


@dataclass(frozen=True)
class Certificate:
    """A certificate of AWS IoT; `id` and `arn` are AWS's, `made_at` is when it was issued."""

    id: str
    arn: str
    pem: str
    is_active: bool
    made_at: datetime

    @property
    def key(self) -> bytes:
        """Its public key, to be compared."""
        return key_of_certificate(self.pem)

    @property
    def ends_at(self) -> datetime:
        """When it expires."""
        return x509.load_pem_x509_certificate(self.pem.encode()).not_valid_after_utc


@dataclass(frozen=True)
class Request:
    """A request for a certificate (CSR), which proves that its maker has the key."""

    pem: str
    key: bytes


def read_request(pem: bytes, thing: ThingName) -> Request:
    """Read the request of this lock; DeploymentError where it is none, or a weak one."""
    try:
        request = x509.load_pem_x509_csr(pem)
        key = request.public_key()
    except (ValueError, TypeError) as error:
        raise DeploymentError(f"the request of {thing} can't be read: {error}") from error
    names = [str(one.value) for one in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if not request.is_signature_valid:
        raise DeploymentError(f"the request of {thing} is not signed with its own key")
    if names != [thing[:64]]:
        raise DeploymentError(f"the request of {thing} is for {', '.join(names) or 'nobody'}")
    is_strong_rsa = isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS
    is_curve = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)
    if not (is_strong_rsa or is_curve):
        raise DeploymentError(f"the request of {thing} has a key that AWS IoT does not accept")
    return Request(pem.decode(), _bytes_of(key))


def key_of_certificate(pem: str) -> bytes:
    """The public key of a certificate, to be compared."""
    return _bytes_of(x509.load_pem_x509_certificate(pem.encode()).public_key())


def _bytes_of(key: Any) -> bytes:
    found: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return found


@dataclass(frozen=True)
class Identities:
    """The certificates of locks, and their shadows.

    `iot` and `iot_data` are clients, `policy` is what each certificate allows.
    """

    iot: Any
    policy: str
    iot_data: Any = None

    def create_thing(self, thing: ThingName, attributes: Mapping[str, str]) -> None:
        """Create the thing, or give it these attributes."""
        payload = {"attributes": dict(attributes)}
        try:
            self.iot.create_thing(thingName=thing, attributePayload=payload)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                raise
            self.iot.update_thing(thingName=thing, attributePayload=payload)

    def of(self, thing: ThingName) -> Sequence[Certificate]:
        """The certificates of a thing, active or not, the oldest first; none of an unknown one."""
        try:
            found = [self._describe(arn) for arn in self._principals(thing)]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return ()
        return sorted(found, key=lambda one: one.made_at)

    def _principals(self, thing: ThingName) -> Iterator[str]:
        pages = self.iot.get_paginator("list_thing_principals").paginate(thingName=thing)
        principals = (arn for page in pages for arn in page.get("principals", ()))
        return (arn for arn in principals if ":cert/" in arn)

    def _describe(self, arn: str) -> Certificate:
        found = self.iot.describe_certificate(certificateId=arn.rpartition("/")[2])
        about = found["certificateDescription"]
        return Certificate(
            about["certificateId"],
            about["certificateArn"],
            about["certificatePem"],
            about["status"] == ACTIVE,
            about["creationDate"],
        )

    def issue(self, thing: ThingName, request: Request, held: Sequence[Certificate]) -> Certificate:
        """Have a request signed; the certificate can be used at once, others go on as they are.

        The last step makes it active. One of the `held` that is for this very request was issued
        before an interruption: it is completed instead.
        """
        known = next((one for one in held if one.key == request.key), None)
        if known is None:
            made = self.iot.create_certificate_from_csr(
                certificateSigningRequest=request.pem, setAsActive=False
            )
            arn = made["certificateArn"]
            # Exclusive: it can't be attached to a second thing, and so speak for two locks.
            self.iot.attach_thing_principal(
                thingName=thing, principal=arn, thingPrincipalType="EXCLUSIVE_THING"
            )
            known = self._describe(arn)
        self.iot.attach_policy(policyName=self.policy, target=known.arn)
        self.iot.update_certificate(certificateId=known.id, newStatus=ACTIVE)
        return known

    def forget_shadow(self, thing: ThingName) -> None:
        """Delete the shadow: a device that takes over obeys nothing that another wrote into it."""
        try:
            self.iot_data.delete_thing_shadow(thingName=thing, shadowName=SHADOW)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise

    def retire(self, thing: ThingName, certificate: Certificate) -> None:
        """Make a certificate useless: AWS IoT ends its connections within minutes.

        The thing is detached last, as it is by the thing that a retired one is found again.
        """
        arn = certificate.arn
        self.iot.update_certificate(certificateId=certificate.id, newStatus=INACTIVE)
        pages = self.iot.get_paginator("list_attached_policies").paginate(target=arn)
        for policy in [one for page in pages for one in page["policies"]]:
            self.iot.detach_policy(policyName=policy["policyName"], target=arn)
        self.iot.detach_thing_principal(thingName=thing, principal=arn)
