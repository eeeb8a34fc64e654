"""Serves an app on a free port of the loopback, from a thread; `x_process` does so from a process."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from starlette.applications import Starlette

from pipeline.errors import AviaryError
from pipeline.sandbox.x.connections import Connection

_STOP_SECONDS = 10


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """Serve an app on a free loopback port from a thread; yields its address, `http://127.0.0.1:port`."""
    with loopback_socket() as listener:
        server = make_server(app)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(_STOP_SECONDS)
            if thread.is_alive():
                raise AviaryError("the sandbox X API did not stop")


def make_server(app: Starlette) -> uvicorn.Server:
    """Return a server for an app, not yet started."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=Connection,
            log_level="warning",
            access_log=False,
            date_header=False,  # the app sends its own, because its clock may be frozen
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )


def loopback_socket(preferred: int = 0) -> socket.socket:
    """Return a socket that listens on the loopback, on the preferred port if it is free."""
    try:
        listener = socket.create_server(("127.0.0.1", preferred), backlog=128)
    except OSError:
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.setblocking(False)
    return listener
