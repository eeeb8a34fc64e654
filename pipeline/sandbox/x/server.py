"""The sandbox X API as a server of its own: in a thread for tests, as a process beside SeaweedFS.

As a process it reads one line of JSON settings from its input (a token on the command line could be read by
everyone on the machine), prints its port, and ends when its input closes: so it never outlives its parent,
however that one ends.
"""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Thread

import uvicorn
from starlette.applications import Starlette

from pipeline.errors import AviaryError
from pipeline.sandbox.x.api import create_app
from pipeline.sandbox.x.connections import Connection

_START_SECONDS = 10


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """Serve an app on a free loopback port from a thread; yields its address, `http://127.0.0.1:port`."""
    with _free_socket() as listener:
        server = _server(app)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)
            if thread.is_alive():
                raise AviaryError("the sandbox X API did not stop")


def _server(app: Starlette) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=Connection,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )


def _free_socket() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.setblocking(False)
    return listener


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
    server = _server(app)
    with _free_socket() as listener:
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
