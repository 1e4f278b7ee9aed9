"""The connector's client (0.3.2) with an account in place of the portal; its names and errors are those of the package.

No log-in happens here: that of the real one is not tested by anybody but its makers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar


class ApiError(Exception):
    """A request failed."""


class AuthError(ApiError):
    """The log-in failed."""


class TooManyRequestsError(Exception):
    """HTTP 429; of another family than the other two."""

    def __init__(self, *args: object, retry_after: int | None = None) -> None:
        super().__init__(*args)
        self.retry_after = retry_after


@dataclass
class Account:
    """What the portal holds, newest last, and what it was asked. fault: what each request does instead."""

    identifier: str | None = "11111111-1111-4111-8111-111111111111"
    files: dict[str, tuple[str, Any]] = field(default_factory=dict)  # name → createdOn and content
    asked: list[str] = field(default_factory=list)
    logins: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)
    fault: Callable[[], None] | None = None
    is_closed: bool = False


class EudaApiClient:
    """Synchronous, like the real one."""

    account: ClassVar[Account]

    def __init__(self, email: str, password: str, **options: object) -> None:
        self.account.logins.append((email, password, options))

    def get_metadata(self, vin: str, request_type: str = "partial") -> dict[str, Any]:
        """The order of data; 404 where there is none."""
        self._ask(f"metadata {vin} {request_type}")
        if self.account.identifier is None:
            raise ApiError("GET https://portal/metadata -> HTTP 404")
        return {"Identifier": self.account.identifier}

    def list_datasets(self, vin: str, identifier: str, request_type: str = "partial") -> list[dict[str, Any]]:
        """The files of an order."""
        self._ask(f"list {vin} {request_type}")
        if identifier != self.account.identifier:
            raise ApiError("GET https://portal/list -> HTTP 500")
        return [{"name": name, "createdOn": created} for name, (created, _) in self.account.files.items()]

    def download_dataset(self, vin: str, identifier: str, name: str, request_type: str = "partial") -> Any:
        """What a file holds."""
        del vin, identifier, request_type
        self._ask(f"download {name}")
        return self.account.files[name][1]

    def close(self) -> None:
        """Hang up."""
        self.account.is_closed = True

    def _ask(self, what: str) -> None:
        self.account.asked.append(what)
        if self.account.fault:
            self.account.fault()
