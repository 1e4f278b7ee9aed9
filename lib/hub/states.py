"""What each program says, by the names under which REST serves it; it knows no server."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lib.messages import Bill, Events, House, Message, Rates, Telegram, Usage
from lib.messages.charging import Charging, Sessions
from lib.messages.plan import Outlook, Plan
from lib.messages.proposals import Proposals
from lib.messages.storage import Storage

HOUSE_STATES: Final[Mapping[str, type[Message]]] = MappingProxyType(
    {
        "house": House,
        "rates": Rates,
        "usage": Usage,
        "bill": Bill,
        "events": Events,
        "telegram": Telegram,
        "plan": Plan,
        "outlook": Outlook,
    }
)
CAR_STATES: Final[Mapping[str, type[Message]]] = MappingProxyType(
    {"charging": Charging, "sessions": Sessions, "proposals": Proposals, "plan": Plan}
)
STORE_STATES: Final[Mapping[str, type[Message]]] = MappingProxyType(
    {"storage": Storage, "proposals": Proposals, "plan": Plan}
)
