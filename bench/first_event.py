"""Handle a function's first event in a fresh process and time its imports: `first_event.py < JSON`.

Standard input names the module, `{"module": "boto3"}`, and, for a function, the event for its
`handler`. Every module that is loaded until the event is answered counts, wherever the import
statement is: at the top of the handler's file, in `bootstrap`, or in the SDK when it builds a
client. This script imports only the standard library, so that nothing is loaded before the clock
runs.
"""

import _thread
import importlib
import json
import sys
import time
from typing import Any


class Importing:
    """CPU time that all threads spend in loading modules, in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.modules = 0
        self._depth = _thread._local()
        machinery: Any = sys.modules["_frozen_importlib"]
        self._load = machinery._find_and_load
        machinery._find_and_load = self._timed

    def _timed(self, name: str, import_: Any) -> Any:
        # The interpreter calls this for modules that are not loaded yet, and nested for their
        # imports.
        depth = getattr(self._depth, "now", 0)
        self._depth.now = depth + 1
        start = time.thread_time()
        try:
            return self._load(name, import_)
        finally:
            self._depth.now = depth
            self.modules += 1
            if depth == 0:
                self.seconds += time.thread_time() - start


class Context:
    """The context of an invocation."""

    function_name = "baylock"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:baylock"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return 20_000


def main() -> None:
    asked = json.load(sys.stdin)
    importing = Importing()
    start = time.process_time()
    module = importlib.import_module(asked["module"])
    answer: object = None
    if "event" in asked:
        try:
            answer = module.handler(asked["event"], Context())
        except Exception as error:  # noqa: BLE001 (any error is the answer)
            answer = f"{type(error).__name__}: {error}"
    total = time.process_time() - start
    measured = {
        "import_ms": importing.seconds * 1000,
        "total_ms": total * 1000,
        "modules": importing.modules,
        "answer": answer,
    }
    sys.stdout.write("\n" + json.dumps(measured, default=str) + "\n")


if __name__ == "__main__":
    main()
