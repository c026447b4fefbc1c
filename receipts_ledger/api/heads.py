"""No head of a request without end: uvicorn keeps all headers that come, and has no limit.

What stands in a head, and what is answered to it, is not looked at here.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX = 1 << 16
"""A head may be as long as this and what one read of the socket brings."""


class BoundedHeads(HttpToolsProtocol):
    """Ends a connection whose request has not come to its body after so many bytes."""

    _is_in_head = True
    _head_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        if self._is_in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes > HEAD_BYTES_MAX:
            self.send_400_response("The head of the request is too long.")

    def on_message_begin(self) -> None:
        """Count anew."""
        self._is_in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Count no further: how long a body may be is asked elsewhere."""
        self._is_in_head = False
        super().on_headers_complete()
