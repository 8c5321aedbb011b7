"""HTTP that waits only so long for a request: a client that sends nothing, or a byte now and then, is cut off."""

from __future__ import annotations

import asyncio
from typing import cast

from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE_S = 10.0
"""Time that a connection has until its first request is there; uvicorn has a limit only between requests."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 with a limit on how long the first request of a connection may take to arrive."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own type
        """Begin to wait."""
        super().connection_made(transport)
        self.loop.call_later(PATIENCE_S, self._give_up)

    def _give_up(self) -> None:
        # A request that has arrived; uvicorn's annotation leaves out that at first there is none.
        arrived = cast("object | None", self.cycle)
        if arrived is None and not self.transport.is_closing():
            self.transport.close()
