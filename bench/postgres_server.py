"""Run PostgreSQL for as long as this process: `postgres_server.py BIN DATA SOCKETS [USER]`.

`local_cloud` starts it through its tether, which ends this process's group, the server included,
when the parent process is gone. When this process runs as root, the server must run as another
user.
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
