"""audiconnectpy in the shape of its two public copies, with an account in place of the service.

No log-in happens here: nobody can log in with the real one since 2026.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar


class AudiException(Exception):  # noqa: N818 - its name in the package
    """The root of the others."""


class AuthorizationError(AudiException):
    """The log-in was refused."""


class HttpRequestError(AudiException):
    """The service did not answer as it should."""


@dataclass
class Account:
    """What the service knows, by VIN, and what it was asked. fault: what each request raises instead."""

    charging: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    made: list[tuple[object, ...]] = field(default_factory=list)
    fault: Exception | None = None
    is_let_in: bool = True
    as_list: bool = False


class Vehicle:
    """A car; `charging` is a dictionary in one copy and an object in the other."""

    def __init__(self, vin: str, account: Account) -> None:
        self.vin = vin
        self.charging: Any = None
        self._account = account

    async def async_update(self) -> None:
        """Ask for it anew."""
        self._account.asked.append(f"update {self.vin}")
        if self._account.fault:
            raise self._account.fault
        self.charging = self._account.charging[self.vin]


class AudiConnect:
    """The account's door."""

    account: ClassVar[Account]

    def __init__(
        self,
        session: object,
        username: str,
        password: str,
        country: str = "DE",
        spin: int | None = None,
        *,
        unit_system: str = "metric",
        model: str = "standard",
    ) -> None:
        del session, spin, unit_system
        self.account.made.append((username, password, country, model))
        self.is_connected = False
        self.vehicles: Any = []

    async def async_login(self, vinlist: list[str] | None = None) -> None:
        """Log in and load the cars of `vinlist`; the others stay without data."""
        self.account.asked.append("login")
        if self.account.fault:
            raise self.account.fault
        self.is_connected = self.account.is_let_in
        cars = [Vehicle(vin, self.account) for vin in self.account.charging] if self.is_connected else []
        for car in cars:
            if car.vin in (vinlist or []):
                car.charging = self.account.charging[car.vin]
        self.vehicles = cars if self.account.as_list else {car.vin: car for car in cars}
