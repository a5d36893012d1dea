"""Run PostgreSQL for as long as this process: `postgres_server.py BIN DATA SOCKETS [USER]`.

It is started through the tether of `local_cloud`, which ends this process's group, the server
with it, when whoever started it is gone. As root the server must run as somebody else.
"""

import subprocess
import sys
from pathlib import Path


def main() -> None:
    binaries, data, sockets, *user = sys.argv[1:]
    command = [
        str(Path(binaries, "postgres")),
        "-D",
        data,
        "-k",
        sockets,
        "-c",
        "listen_addresses=",
    ]
    subprocess.run(command, check=True, cwd=data, user=user[0] if user else None)


if __name__ == "__main__":
    main()
