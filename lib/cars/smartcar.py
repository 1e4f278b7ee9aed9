"""A car by Smartcar, which speaks with the clouds of many makes.

In: {"from": "smartcar", "vehicle": VIN}, and what `ev_app.py --connect smartcar` kept. Out: state of charge with the
time at which the car measured it, plug, whether it charges, its own limit; and the car can be told to charge. A free
plan has some hundreds of calls a month, and a reading takes two: so it is read each 90 min at most, and only with a
plug or a trip.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lib.cars import CarError, CarSetupError, values
from lib.cars.options import Options
from lib.cars.smartcar_account import AGAIN, SECRET, WHO, Account, Origins, as_of, parse_origins
from lib.cars.values import state_of_charge
from lib.clock import Clock
from lib.core.car import CarReading
from lib.service import Answer

OPTIONS = ("vehicle",)
FLOOR_MIN, LEAST_FLOOR_MIN = 90.0, 5.0
LIMIT_EVERY_S = 7 * 86_400.0  # the car's own limit is seldom changed, and asking for it is a call
PATIENCE_S, READ_S = 12.0, 28.0
FRACTION = 100.0
MILE_KM = 1.609344


def open_smartcar(
    found: Mapping[str, object],
    secrets: Mapping[str, str],
    *,
    keep_secret: Callable[[str, str], None],
    clock: Clock,
    origins: Origins | None = None,
) -> "Smartcar":
    """The source that these options describe. origins: where Smartcar is. Raises CarSetupError."""
    options = Options(found, secrets, OPTIONS)
    if not options.secret_if_any(SECRET):
        raise options.wrong(f'"{SECRET}" is missing in the secrets; {AGAIN}')
    account = Account(
        kept=lambda: options.secret_if_any(SECRET),
        keep=lambda text: keep_secret(SECRET, text),
        origins=origins or parse_origins(os.environ),
        clock=clock,
        patience_s=PATIENCE_S,
    )
    return Smartcar(
        account,
        who=options.text("title", WHO),
        vehicle=options.text("vehicle", "").upper(),
        floor_s=options.floor_s(FLOOR_MIN, least_min=LEAST_FLOOR_MIN),
        sparing=not options.flag("idle", usual=False),
        clock=clock,
    )


async def find_vehicles(account: Account) -> dict[str, str]:
    """The cars of an account, VIN → id; a call for the list and one for each car. Raises CarError."""
    match (await account.ask("vehicles")).told():
        case {"vehicles": list(ids)}:
            return {(await _vin(account, str(own))).upper(): str(own) for own in ids}
    raise CarError(f"{WHO} answers without a list of cars")


async def _vin(account: Account, own: str) -> str:
    match (await account.ask(f"vehicles/{own}/vin")).told():
        case {"vin": str(vin)}:
            return vin
    raise CarError(f"{WHO} answers without the car's VIN")


@dataclass(slots=True)
class _Limit:
    """The car's own limit, as it was last told; asked_s: by the clock; None: never."""

    pct: float | None = None
    asked_s: float | None = None


class Smartcar:
    """See the top of this file, `CarSource` and `ChargeControl`. vehicle: its VIN; "" is the only one there is."""

    def __init__(
        self, account: Account, *, who: str, vehicle: str, floor_s: float, sparing: bool, clock: Clock
    ) -> None:
        self.floor_s = floor_s
        self.sparing = sparing
        self._account = account
        self._who = who
        self._vehicle = vehicle
        self._clock = clock
        self._limit = _Limit()

    async def read(self) -> CarReading:
        """What the car last told. Raises CarError."""
        try:
            async with asyncio.timeout(READ_S):
                return await self._read()
        except TimeoutError:
            raise CarError(f"{WHO} does not answer within {READ_S:.0f} s") from None

    async def start(self) -> None:
        """Have the car charge. Raises CarError."""
        try:
            async with asyncio.timeout(READ_S):
                await self._account.ask(f"{await self._place()}/charge", told={"action": "START"})
        except TimeoutError:
            raise CarError(f"{WHO} does not answer within {READ_S:.0f} s; the car may have the order") from None

    async def close(self) -> None:
        """Hang up."""
        await self._account.close()

    async def _read(self) -> CarReading:
        place = await self._place()
        battery = await self._account.ask(f"{place}/battery")
        found = _parts(battery)
        soc_pct = state_of_charge(self._who, found.get("percentRemaining"), scale=FRACTION)
        charge = await self._charge(place)
        range_km = values.km(found.get("range"))
        if range_km is not None and battery.headers.get("sc-unit-system") == "imperial":
            range_km *= MILE_KM
        return CarReading(
            source=self._who,
            as_of=as_of(battery, self._clock.now()),
            soc_pct=soc_pct,
            limit_pct=await self._limit_pct(place),
            plugged=values.plug(charge.get("isPluggedIn")),
            charging=values.charging(charge.get("state")),
            range_km=range_km,
        )

    async def _charge(self, place: str) -> Mapping[str, Any]:
        """Plug and charging; nothing where the car does not tell it, for its state of charge is there already."""
        try:
            return _parts(await self._account.ask(f"{place}/charge"))
        except CarError:
            return {}

    async def _limit_pct(self, place: str) -> float | None:
        now_s = self._clock.monotonic()
        if self._limit.asked_s is None or now_s - self._limit.asked_s >= LIMIT_EVERY_S:
            self._limit.asked_s = now_s
            try:
                told = _parts(await self._account.ask(f"{place}/charge/limit"))
            except CarError:
                return self._limit.pct
            self._limit.pct = values.percent(told.get("limit"), scale=FRACTION)
        return self._limit.pct

    async def _place(self) -> str:
        """Where the API has the car."""
        known = self._account.tokens.vehicles
        if not known or (self._vehicle and self._vehicle not in known):
            await self._account.learn(await find_vehicles(self._account))
            known = self._account.tokens.vehicles
        if self._vehicle in known:
            return f"vehicles/{known[self._vehicle]}"
        if not self._vehicle and len(known) == 1:
            return f"vehicles/{next(iter(known.values()))}"
        cars = ", ".join(sorted(known)) or "no car at all"
        raise CarSetupError(f'smartcar: "vehicle" is {self._vehicle!r}; the account has {cars}')


def _parts(answer: Answer) -> Mapping[str, Any]:
    found = answer.told()
    if not isinstance(found, dict):
        raise CarError(f"{WHO} answers with no JSON object")
    return found
