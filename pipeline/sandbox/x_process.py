"""The sandbox's X API as a process of its own, which `serve` starts.

It reads one line of JSON settings from its input (everyone on the machine could read a token on the command
line), prints its port, and ends when its input closes: so it never outlives its parent, however that ends.
"""

import asyncio
import json
import os
import sys
from datetime import date
from pathlib import Path
from threading import Thread

import uvicorn

from pipeline.sandbox.app import create_app
from pipeline.sandbox.x.server import loopback_socket, make_server


def main() -> None:
    """Serve until the input closes."""
    settings = json.loads(sys.stdin.readline())
    app = create_app(
        settings["token"],
        seed=settings["seed"],
        story_day=date.fromisoformat(settings["story_day"]),
        rate_limit=settings["rate_limit"],
        rate_window=settings["rate_window"],
        fault_rules=settings["fault_rules"],
        handles_file=Path(settings["handles_file"]),
    )
    server = make_server(app)
    with loopback_socket(settings["port"]) as listener:
        Thread(target=_end_with_parent, args=(server,), daemon=True).start()
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        asyncio.run(server.serve(sockets=[listener]))


def _end_with_parent(server: uvicorn.Server) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    server.should_exit = True


if __name__ == "__main__":
    main()
