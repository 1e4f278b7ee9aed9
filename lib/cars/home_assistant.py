"""What a Home Assistant knows of a car, entity by entity, and one by which the car is told to charge.

In: {"from": "home_assistant", "url": "http://HOST:8123", "soc": "sensor.x", …} and the secret "home_assistant", a
long-lived token. Out: the states of these entities. Source: Home Assistant's REST interface, /api/states and
/api/services.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yarl import URL

from lib.cars import CarError, CarSetupError, values
from lib.cars.http_json import FLOOR_MIN, LEAST_FLOOR_MIN, LEAST_SCALE, MOST_SCALE
from lib.cars.options import Options
from lib.cars.values import state_of_charge
from lib.clock import Clock
from lib.core.car import CarReading
from lib.payload import at_path
from lib.service import Answer, Service

SECRET = "home_assistant"  # noqa: S105 - the name of the secret, not the secret
IT_IS = 'a long-lived access token: in Home Assistant, your profile, "Security"'
ENTITY = re.compile(r"[a-z_]+\.[a-z0-9_]+")
OWN_TIMES = ("last_updated", "last_changed", "last_reported")
START = "start"
SERVICES: Mapping[str, str] = {  # that start something, by what kind of entity it is
    "switch": "turn_on",
    "input_boolean": "turn_on",
    "button": "press",
    "input_button": "press",
    "script": "turn_on",
}
ENTITIES = ("plug", "charging", "limit", "range", START)
OPTIONS = ("url", "soc", "scale", "time", *ENTITIES)


def open_home_assistant(
    found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock
) -> "HomeAssistant | CommandedHomeAssistant":
    """The source that these options describe. Raises CarSetupError."""
    options = Options(found, secrets, OPTIONS)
    url = options.address("url", such_as="http://homeassistant.local:8123")
    entities = {"soc": _entity(options, "soc", options.text("soc", such_as='"sensor.q4_state_of_charge"'))}
    for name in ENTITIES:
        if written := options.text(name, ""):
            entities[name] = _entity(options, name, written)
    if START in entities and entities[START].partition(".")[0] not in SERVICES:
        raise options.wrong(f'"{START}" is {entities[START]!r}; allowed is a {", ".join(SERVICES)}')
    kind = CommandedHomeAssistant if START in entities else HomeAssistant
    return kind(
        who=options.text("title", "Home Assistant"),
        url=url,
        headers={"Authorization": f"Bearer {options.secret(SECRET, host=url.host or '', what=IT_IS)}"},
        entities=entities,
        scale=options.number("scale", 1.0, least=LEAST_SCALE, most=MOST_SCALE),
        time=options.text("time", "last_updated"),
        floor_s=options.floor_s(FLOOR_MIN, least_min=LEAST_FLOOR_MIN),
        sparing=not options.flag("idle", usual=True),
        clock=clock,
    )


def _entity(options: Options, name: str, written: str) -> str:
    if not ENTITY.fullmatch(written):
        raise options.wrong(f'"{name}" is {written!r}; allowed is the name of an entity, such as sensor.q4_charge')
    return written


@dataclass(slots=True, kw_only=True)
class HomeAssistant:
    """See the top of this file, and `CarSource`.

    Attributes:
        entities: by what they say; time: the part of the first entity's state, or the entity, that says when the car
            measured. Home Assistant's own times are those at which it heard of it.

    """

    who: str
    url: URL
    headers: Mapping[str, str] = field(repr=False)
    entities: Mapping[str, str]
    scale: float
    time: str
    floor_s: float
    sparing: bool
    clock: Clock
    _web: Service = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._web = Service(self.who, fault=CarError, patience_s=4.0)  # six questions at most, within 30 s

    async def read(self) -> CarReading:
        """What the entities say now. Raises CarError."""
        soc = await self._state("soc")
        others = {name: (await self._state(name))["state"] for name in self.entities if name not in {"soc", START}}
        now = self.clock.now()
        return CarReading(
            source=self.who,
            as_of=await self._as_of(soc, now),
            soc_pct=state_of_charge(f"{self.who}: {self.entities['soc']}", soc["state"], scale=self.scale),
            limit_pct=values.percent(others.get("limit"), scale=self.scale),
            plugged=values.plug(others.get("plug")),
            charging=values.charging(others.get("charging")),
            range_km=values.km(others.get("range")),
        )

    async def close(self) -> None:
        """Hang up."""
        await self._web.close()

    async def _as_of(self, soc: Mapping[str, Any], now: datetime) -> datetime | None:
        if self.time not in OWN_TIMES and not self.time.startswith("attributes."):
            soc = await self._entity_state(self.time)
            return values.instant(soc["state"], now)
        try:
            return values.instant(at_path(dict(soc), self.time), now)
        except LookupError:
            return None

    async def _state(self, name: str) -> Mapping[str, Any]:
        return await self._entity_state(self.entities[name])

    async def _entity_state(self, entity: str) -> Mapping[str, Any]:
        answer = await self._web.ask(self.url / "api/states" / entity, headers=self.headers)
        if answer.status == 404:
            raise CarError(f"{self.who} knows no entity {entity}: is the name right, and has it finished starting?")
        found = self._checked(answer).told()
        if not isinstance(found, dict) or "state" not in found:
            raise CarError(f"{self.who} answers without a state of {entity}: is it a Home Assistant?")
        return found

    def _checked(self, answer: Answer) -> Answer:
        if answer.status == 401:
            raise CarSetupError(
                f'{self.who} refuses the token: make a new one in your profile there, and put it under "{SECRET}" '
                "in the secrets"
            )
        if answer.status == 403:
            raise CarSetupError(f"{self.who} has locked this machine out: look at ip_bans.yaml there")
        if not answer.is_ok:
            raise answer.trouble()
        return answer


class CommandedHomeAssistant(HomeAssistant):
    """One that was given an entity to start the car's charge with; see `ChargeControl`."""

    async def start(self) -> None:
        """Switch on, press or run that entity. Raises CarError."""
        entity = self.entities[START]
        domain = entity.partition(".")[0]
        service = SERVICES[domain]
        answer = await self._web.ask(
            self.url / "api/services" / domain / service, headers=self.headers, json={"entity_id": entity}
        )
        if answer.status in {400, 404}:
            raise CarError(f"{self.who} does not take the order {domain}.{service} for {entity}: does it exist there?")
        self._checked(answer)
