"""Run a Python program that ends when its parent does: `tether.py -m MODULE …`, `tether.py FILE …`.

Only the parent holds the other end of standard input. When that closes, by a crash or SIGKILL of
the parent too, this process kills its own process group, and with it every process that it has
started. Standard library only: MiniStack's and sam's Python run it too.
"""

import os
import runpy
import signal
import sys
import threading


def _watch(pipe: int) -> None:
    while os.read(pipe, 1024):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    if os.getpgrp() != os.getpid():
        sys.exit("tether.py must lead a process group of its own: start it in a new session")
    pipe = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    threading.Thread(target=_watch, args=(pipe,), name="tether", daemon=True).start()

    del sys.argv[0]
    if sys.argv[0] == "-m":
        del sys.argv[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
