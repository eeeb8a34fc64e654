"""HTTP connections that can be reset, and that no response keeps open when the server stops."""

import asyncio
import socket
import struct
from typing import Any

from starlette.types import Scope
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

_TRANSPORT = "aviary_transport"
_AT_ONCE = struct.pack("ii", 1, 0)  # linger for zero seconds: closing sends RST instead of FIN


class Connection(H11Protocol):
    """Uvicorn's connection in pure Python, the same on every machine; its state holds its transport."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, dict(app_state), _loop)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Store the transport for `reset_connection`."""
        self.app_state[_TRANSPORT] = transport
        super().connection_made(transport)

    def shutdown(self) -> None:
        """Close the connection even during a response: only those of a fault take so long."""
        super().shutdown()
        if not self.transport.is_closing():
            self.transport.abort()


def reset_connection(scope: Scope) -> None:
    """Reset the TCP connection of a request: its client reads ECONNRESET."""
    transport: asyncio.Transport = scope["state"][_TRANSPORT]
    # uvloop's own socket object cannot set options; a second one of the same connection can.
    own = transport.get_extra_info("socket")
    with socket.fromfd(own.fileno(), own.family, own.type) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()
