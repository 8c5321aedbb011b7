"""HTTP that waits only so long for a request: a client that sends nothing, or a byte now and then, is cut off."""

from __future__ import annotations

import asyncio
from typing import cast

from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE_S = 10.0
"""Time that a request may take to arrive. Uvicorn limits only the silence between two requests, which a byte breaks."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 with a limit on how long each request of a connection may take to arrive."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own type
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Begin to wait where a request begins, and be content where it is whole."""
        super().data_received(data)
        if self._has_request():
            self._be_content()
        elif self._waiting is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._be_content()
        super().connection_lost(exc)

    def _has_request(self) -> bool:
        # Uvicorn's annotation leaves out that at first there is none.
        found = cast("object | None", self.cycle)
        return found is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(PATIENCE_S, self._give_up)

    def _be_content(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if not self._has_request() and not self.transport.is_closing():
            self.transport.close()
