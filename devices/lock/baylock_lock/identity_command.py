"""`python -m baylock_lock request` and `claim`: the identity of a lock, made on the lock."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from baylock_lock import log
from baylock_lock.claim import ClaimRefused, claim_identity
from baylock_lock.identity import CERTIFICATE, make_next_request, make_request
from baylock_lock.link import Endpoint, IdentityUnusable

COMMANDS = ("request", "claim")
HELP = (
    "make a key and the request for its certificate; the key stays here",
    "get the certificate for the lock's own key, with a claim certificate",
)

EXAMPLE = """\
The lock makes its key, an operator has the request signed, the certificate comes back:
  python -m baylock_lock request --identities /etc/baylock --thing harbour-P1-B2-017
  baylock lock provision --requests-only     (where the folder with the request.csr has come to)

Or the lock gets it by itself, after `baylock lock expect harbour-P1-B2-017`:
  python -m baylock_lock claim --identities /etc/baylock --thing harbour-P1-B2-017 \\
      --host abc123-ats.iot.eu-west-1.amazonaws.com --claim /etc/baylock-claim --template NAME
"""


def main(words: Sequence[str]) -> int:
    """Run a command; return the exit code, 2 where it can't be done."""
    given = parser().parse_args(words)
    log.start("info")
    folder: Path = given.identities / given.thing
    try:
        if given.command == "request":
            make = make_next_request if given.next else make_request
            sys.stdout.write(f"{make(folder, given.thing)}\n")
        elif (folder / CERTIFICATE).is_file():
            sys.stderr.write(f"baylock_lock: {given.thing} has its identity\n")
        else:
            endpoint = Endpoint(host=given.host, port=given.port, ca=given.ca)
            work = claim_identity(endpoint, given.claim, given.template, given.thing, folder)
            asyncio.run(work)
    except (ClaimRefused, IdentityUnusable, OSError) as error:
        sys.stderr.write(f"baylock_lock: {error}\n")
        return 2
    return 0


def parser() -> argparse.ArgumentParser:
    """Build the parser of both commands."""
    parser = argparse.ArgumentParser(
        prog="python -m baylock_lock", description="The identity of a lock, made on the lock."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    request, claim = (
        commands.add_parser(
            name,
            help=text,
            description=text,
            epilog=EXAMPLE,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for name, text in zip(COMMANDS, HELP, strict=True)
    )
    for command in (request, claim):
        command.add_argument(
            "--identities",
            type=Path,
            required=True,
            metavar="DIR",
            help="where <thing>/private.key, request.csr and certificate.pem go",
        )
        command.add_argument("--thing", required=True, metavar="NAME", help="the name of its thing")
    request.add_argument(
        "--next", action="store_true", help="the next identity, beside the one that is in use"
    )
    claim.add_argument("--host", required=True, help="as named in the broker's certificate")
    claim.add_argument("--port", type=int, default=8883)
    claim.add_argument("--ca", type=Path, metavar="PEM", help="default: the system's authorities")
    claim.add_argument(
        "--claim",
        type=Path,
        required=True,
        metavar="DIR",
        help="holds the claim certificate.pem and private.key",
    )
    claim.add_argument("--template", required=True, help="the stack's output ClaimTemplate")
    return parser
