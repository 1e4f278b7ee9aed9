"""The strategies by name, ours and the rivals'."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from lib.sim.rivals.ct import CT
from lib.sim.rivals.dc import DC
from lib.sim.rivals.emhass import Emhass
from lib.sim.rivals.evcc import evcc_peak, evcc_plan, evcc_static
from lib.sim.rivals.j8 import J8
from lib.sim.rivals.jc import jc
from lib.sim.rivals.jl import JL
from lib.sim.rivals.naive import Naive
from lib.sim.rivals.night import Night
from lib.sim.rivals.openems import OpenEms
from lib.sim.rivals.peak_cap import PeakCap
from lib.sim.rivals.predbat import Predbat
from lib.sim.rivals.pv_modes import PV_ALL, PV_ONLY
from lib.sim.rivals.readme import Readme
from lib.sim.rivals.spread import Spread
from lib.sim.year.ours import Ours
from lib.sim.year.seen import Maker

NAIVE, OURS, LIMIT, EMHASS = "naive", "ours", "limit", "emhass"
SOLVED = frozenset({LIMIT, EMHASS})  # what nothing comes of without the solver; ours then plans greedily

RIVALS: Mapping[str, Maker] = MappingProxyType(
    {
        NAIVE: Naive,
        "night": Night,
        "spread": Spread,
        "cap": PeakCap,
        "readme": Readme,
        "openems": OpenEms,
        "pv_only": PV_ONLY,
        "pv_all": PV_ALL,
        "predbat": Predbat,
        EMHASS: Emhass,
        "evcc_static": evcc_static,
        "evcc_peak": evcc_peak,
        "evcc_plan": evcc_plan,
        "j8": J8,
        "jc": jc,
        "jl": JL,
        "dc": DC,
        "ct": CT,
    }
)

STRATEGIES: Mapping[str, Maker] = MappingProxyType({**RIVALS, OURS: Ours})

MODULES: Mapping[str, str] = MappingProxyType(
    {
        LIMIT: "lib.sim.year.perfect",
        **{
            name: (maker.func if isinstance(maker, partial) else maker).__module__ for name, maker in STRATEGIES.items()
        },
    }
)
"""In which each stands."""
