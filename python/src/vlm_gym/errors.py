"""The error of this package."""

from __future__ import annotations


class GymError(Exception):
    """A server that could not be started or reached, or a request that it refused. The text names the value, the reason and the remedy.

    status: of HTTP, None when no answer came. code, param: the server's, such as VALIDATION_ERROR and 'resets[0].game'.
    """

    def __init__(self, message: str, *, status: int | None = None, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.param = param
