"""A lock's own key and its request for a certificate. The key is made here and stays here.

A lock has `<thing>/private.key`, `request.csr` and, once it was signed, `certificate.pem`. While an
identity is being replaced, the next one is beside it in `<thing>/next/`; with its certificate there
it is the one that counts.
"""

import os
import shutil
from pathlib import Path

PRIVATE_KEY = "private.key"
REQUEST = "request.csr"
CERTIFICATE = "certificate.pem"
NEXT = "next"


def folder_in_use(folder: Path) -> Path:
    """Return the folder of the identity to connect with: the next one as soon as it is complete."""
    following = folder / NEXT
    return following if (following / CERTIFICATE).is_file() else folder


def make_request(folder: Path, thing: str) -> Path:
    """Make a key and a request for its certificate, unless they are there; return the request."""
    request = folder / REQUEST
    if not request.is_file():
        # Only here: a lock that has its identity needs no such package.
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import NameOID

        key = ec.generate_private_key(ec.SECP256R1())
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, thing[:64])])
        signed = x509.CertificateSigningRequestBuilder().subject_name(name)
        write(folder / PRIVATE_KEY, secret)
        # Last: without its request a key counts for nothing.
        write(request, signed.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return request


def make_next_request(folder: Path, thing: str) -> Path:
    """Make the next key and request, while the lock goes on with the identity that it has."""
    if (folder / NEXT / CERTIFICATE).is_file():
        _settle(folder)
    return make_request(folder / NEXT, thing)


def discard(folder: Path) -> None:
    """Throw an identity away that was revoked, the next one with it."""
    shutil.rmtree(folder / NEXT, ignore_errors=True)
    for name in (CERTIFICATE, REQUEST, PRIVATE_KEY):
        (folder / name).unlink(missing_ok=True)


def write(path: Path, content: bytes) -> None:
    """Write a whole file or none, which nobody else may read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.tmp")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)


def _settle(folder: Path) -> None:
    """Let the next identity be the present one. An interruption leaves the next one in use."""
    following = folder / NEXT
    for name in (PRIVATE_KEY, REQUEST, CERTIFICATE):
        if (following / name).is_file():
            write(folder / name, (following / name).read_bytes())
    (following / CERTIFICATE).unlink()
    shutil.rmtree(following)
