"""Rates files that are wrong, each with the whole sentence that the owner reads."""

from typing import Any

PRICE = "a number of euro from -10 to 100, such as 0.32"
GROUP = "is no group of keys, which stands in braces { }"
NAMES = {"+": {"Day": 0.4, "Night": 0.3}}


def file(**keys: Any) -> dict[str, Any]:
    """The simple file with other keys of Electricity."""
    return {"Electricity": {**NAMES, **keys}}


def plus(*adders: Any) -> dict[str, Any]:
    """The simple file with adders to import."""
    return file(adders={"+": list(adders)})


SLIPS: list[tuple[object, str]] = [
    ([], f"the file: [] {GROUP}"),
    (None, f"the file: None {GROUP}"),
    ({}, "Electricity: is missing"),
    ({"Electricity": []}, f"Electricity: [] {GROUP}"),
    ({"Electricity": {}}, "Electricity.+: is missing"),
    ({**file(), "version": 3}, "version: 3 is not known here; allowed is 2"),
    ({**file(), "version": True}, "version: True is not known here; allowed is 2"),
    ({**file(), "currency": "USD"}, "currency: 'USD' is not known here; allowed is EUR"),
    ({**file(), "timezone": "UTC"}, "timezone: 'UTC' is not known here; allowed is Europe/Brussels"),
    ({**file(), "note": 5}, "note: 5 is no text, which stands in quotes"),
    ({**file(), "vat": 6}, 'vat: 6 is no rate of VAT; a number from 0 to 1, such as 0.06, or "included"'),
    ({**file(), "vat": "6 %"}, "vat: '6 %' is no rate of VAT; a number from 0 to 1, such as 0.06, or \"included\""),
    ({**file(), "valid_from": "1.1.2026"}, "valid_from: '1.1.2026' is no day; YYYY-MM-DD, such as 2026-01-01"),
    ({**file(), "valid_from": "2026-02-30"}, "valid_from: '2026-02-30' is no day; YYYY-MM-DD, such as 2026-01-01"),
    # versions
    ({"versions": {}}, "versions: {} is no list, which stands in brackets [ ]"),
    ({"versions": []}, "versions: [] holds no version; one at least"),
    ({"versions": [5]}, f"versions[0]: 5 {GROUP}"),
    ({"versions": [file()], "vat": 0.06}, "vat: stands beside versions; it belongs into each of them"),
    ({"versions": [file()], **file()}, "Electricity: stands beside versions; it belongs into each of them"),
    (
        {"versions": [{**file(), "valid_from": "2026-01-01"}, file()]},
        "versions[1].valid_from: is missing; each of several versions has one, such as 2026-01-01",
    ),
    (
        {"versions": [{**file(), "valid_from": "2026-01-01"}] * 2},
        "versions[1].valid_from: '2026-01-01' is the first day of another version too; each has one of its own",
    ),
    (
        {"versions": [file(), {"Electricity": {"+": "x"}}]},
        f"versions[1].Electricity.+: 'x' is no price; {PRICE}, or prices by band, or a formula in braces {{ }}",
    ),
    # prices
    (file(**{"+": {"Day": 0.4}}), "Electricity.+.Night: is missing"),
    (
        file(**{"+": {"Day": "x", "Night": 0.3}}),
        f"Electricity.+.Day: 'x' is no price; {PRICE}, or a formula in braces {{ }}",
    ),
    (
        file(**{"+": {"Day": True, "Night": 0.3}}),
        f"Electricity.+.Day: True is no price; {PRICE}, or a formula in braces {{ }}",
    ),
    (
        file(**{"+": {"Day": float("nan"), "Night": 0.3}}),
        f"Electricity.+.Day: nan is no price; {PRICE}, or a formula in braces {{ }}",
    ),
    (
        file(**{"+": {"Day": float("inf"), "Night": 0.3}}),
        f"Electricity.+.Day: inf is no price; {PRICE}, or a formula in braces {{ }}",
    ),
    (
        file(**{"+": {"Day": 10**50, "Night": 0.3}}),
        f"Electricity.+.Day: a number without end is no price; {PRICE}, or a formula in braces {{ }}",
    ),
    (
        file(**{"+": {"Day": "x" * 50, "Night": 0.3}}),
        f"Electricity.+.Day: '{'x' * 38}… is no price; {PRICE}, or a formula in braces {{ }}",
    ),
    (file(**{"+": 400}), f"Electricity.+: 400 is no price; {PRICE}, or prices by band, or a formula in braces {{ }}"),
    (
        file(**{"+": [0.4]}),
        f"Electricity.+: […] is no price; {PRICE}, or prices by band, or a formula in braces {{ }}",
    ),
    (
        file(**{"-": "nets"}),
        f"Electricity.-: 'nets' is no price; {PRICE}, or prices by band, or a formula in braces {{ }}, or \"netting\"",
    ),
    (
        file(**{"+": {"Day": 0.4, "Night": 0.3, "Dusk": 0.2}}),
        "Electricity.+.Dusk: is no band that has hours; Day and Night have",
    ),
    (file(**{"+": {"Day": 0.4, "1": 0.3}}), "Electricity.+.1: is a second price of Day; one is enough"),
    (
        file(**{"+": {"PEAK": 0.4, "LOW": 0.3}}),
        "Electricity.bands: is missing; it gives the hours of PEAK and LOW",
    ),
    (file(**{"+": {}}), "Electricity.+: {} has no price; one at least"),
    # formulas
    (file(**{"+": {"formula": 5}}), f"Electricity.+.formula: 5 {GROUP}"),
    (file(**{"+": {"formula": {}}}), "Electricity.+.formula.factor: is missing"),
    (
        file(**{"+": {"formula": {"factor": 0.1039}}}),
        (
            "Electricity.+.formula.factor: 0.1039 is no factor; "
            "a number of euro per kWh for each euro per MWh from 0 to 0.01, such as 0.00104"
        ),
    ),
    (
        file(**{"+": {"formula": {"factor": 0.001, "base": 1.6}}}),
        "Electricity.+.formula.base: 1.6 is no base price; a number of euro per kWh from -1 to 1, such as 0.0087",
    ),
    (
        file(**{"+": {"formula": {"factor": 0.001, "index": "spot"}}}),
        "Electricity.+.formula.index: 'spot' is not known here; allowed is day_ahead",
    ),
    (
        file(**{"+": {"formula": {"factor": 0.001, "resolution": "PT30M"}}}),
        (
            "Electricity.+.formula.resolution: 'PT30M' is not known here; "
            "allowed is PT15M or PT60M or month_rlp or month_spp"
        ),
    ),
    (
        file(**{"+": {"formula": {"factor": 0.001, "resolution": "month_rlp", "months": {"2026": 90}}}}),
        "Electricity.+.formula.months: '2026' is no month; YYYY-MM, such as 2026-01",
    ),
    (
        file(**{"+": {"formula": {"factor": 0.001, "resolution": "month_rlp", "months": {"2026-01": None}}}}),
        (
            "Electricity.+.formula.months.2026-01: None is no mean of the index; "
            "a number of euro per MWh from -1000 to 10000, such as 95.31"
        ),
    ),
    (
        file(**{"+": {"formula": {"factor": 0.001, "months": {}}}}),
        "Electricity.+.formula.months: stands beside PT15M; only month_rlp and month_spp use it",
    ),
    # the switch
    (
        file(tariff_switch={"source": "sun"}),
        "Electricity.tariff_switch.source: 'sun' is not known here; allowed is meter or clock",
    ),
    (file(tariff_switch=[]), f"Electricity.tariff_switch: [] {GROUP}"),
    (
        file(tariff_switch={"registers": {"1": "Day", "2": "Dusk"}}),
        "Electricity.tariff_switch.registers.2: 'Dusk' is no band; Day and Night are",
    ),
    (
        file(tariff_switch={"registers": {"day": "Day"}}),
        "Electricity.tariff_switch.registers: 'day' is no register; its number, such as \"1\"",
    ),
    (
        file(tariff_switch={"registers": {"1": 1}}),
        "Electricity.tariff_switch.registers.1: 1 is no text, which stands in quotes",
    ),
    (
        file(
            **{"+": {"A": 0.4, "B": 0.3}},
            bands={"A": [{"to": "12:00"}], "B": "rest"},
            tariff_switch={"source": "meter"},
        ),
        (
            "Electricity.tariff_switch.registers: is missing; it names the band that each register counts, "
            'such as {"1": "A"}'
        ),
    ),
    # bands
    (file(bands=5), f"Electricity.bands: 5 {GROUP}"),
    (
        file(bands={}),
        'Electricity.bands: Mon 00:00 is in no band; every time is in one band, and one may be the "rest"',
    ),
    (
        file(bands={"Day": "rest", "Night": "rest"}),
        'Electricity.bands.Night: is a second "rest" beside Day; one band may hold the rest',
    ),
    (
        file(bands={"Day": "left", "Night": "rest"}),
        "Electricity.bands.Day: 'left' is no list of hours in brackets [ ], nor \"rest\"",
    ),
    (file(bands={"Day": [5], "Night": "rest"}), f"Electricity.bands.Day[0]: 5 {GROUP}"),
    (file(bands={"": "rest"}), "Electricity.bands: '' is no name for a band; a name such as Day is"),
    (
        file(bands={"Day": [{"from": "07:00", "to": "22:00"}], "Night": [{"from": "21:00", "to": "07:00"}]}),
        'Electricity.bands: Mon 21:00 is in both Day and Night; every time is in one band, and one may be the "rest"',
    ),
    (
        file(bands={"Day": [{"days": "Mon-Fri"}], "Night": [{"days": "Sat", "from": "07:00"}]}),
        'Electricity.bands: Sat 00:00 is in no band; every time is in one band, and one may be the "rest"',
    ),
    (
        file(bands={"Day": [{"from": "7:00"}], "Night": "rest"}),
        "Electricity.bands.Day[0].from: '7:00' is no time of day; HH:MM from 00:00 to 23:59, such as 07:00",
    ),
    (
        file(bands={"Day": [{"to": "24:30"}], "Night": "rest"}),
        "Electricity.bands.Day[0].to: '24:30' is no time of day; HH:MM from 00:00 to 23:59, such as 07:00",
    ),
    *(
        (
            file(bands={"Day": [{"days": days}], "Night": "rest"}),
            f"Electricity.bands.Day[0].days: {days!r} names no days; all, or names such as Mon-Fri or Sat,Sun",
        )
        for days in ("weekdays", "mon-fri", "", "Mon-Wed-Fri", "Mon,", "Mon--Fri", 5)
    ),
    *(
        (
            file(bands={"Day": [{"season": season}], "Night": "rest"}),
            (
                f'Electricity.bands.Day[0].season: {said} is no season; ["MM-DD", "MM-DD"], its first and its last '
                'day, such as ["04-01", "09-30"]'
            ),
        )
        for season, said in ((["04-01", "09-31"], "[…]"), (["04-01"], "[…]"), ("summer", "'summer'"))
    ),
    (
        file(holidays_as="sunday"),
        "Electricity.holidays_as: 'sunday' is not known here; allowed is weekday or weekend",
    ),
    # adders
    (file(adders=[]), f"Electricity.adders: [] {GROUP}"),
    (file(adders={"+": {}}), "Electricity.adders.+: {} is no list, which stands in brackets [ ]"),
    (plus({"eur_per_kwh": 0.1}), "Electricity.adders.+[0].name: is missing"),
    (plus({"name": " "}), "Electricity.adders.+[0].name: ' ' is no text, which stands in quotes"),
    (
        plus({"name": "a"}),
        "Electricity.adders.+[0]: has no price; exactly one of eur_per_kwh, bands, blocks is needed",
    ),
    (
        plus({"name": "a", "eur_per_kwh": 0.1, "bands": {}}),
        "Electricity.adders.+[0]: has eur_per_kwh and bands; exactly one of eur_per_kwh, bands, blocks is needed",
    ),
    (
        plus({"name": "a", "eur_per_kwh": 0.1}, {"name": "a", "eur_per_kwh": 0.1}),
        "Electricity.adders.+[1].name: 'a' stands for another line already; each has a name of its own",
    ),
    (
        plus({"name": "energy", "eur_per_kwh": 0.1}),
        "Electricity.adders.+[0].name: 'energy' stands for another line already; each has a name of its own",
    ),
    (plus({"name": "a", "eur_per_kwh": "x"}), f"Electricity.adders.+[0].eur_per_kwh: 'x' is no price; {PRICE}"),
    (
        plus({"name": "a", "eur_per_kwh": 0.1, "network": 1}),
        "Electricity.adders.+[0].network: 1 is neither true nor false",
    ),
    (
        plus({"name": "a", "bands": {"Day": 0.1, "Dusk": 0.1}}),
        "Electricity.adders.+[0].bands.Dusk: is no band that has hours; Day and Night have",
    ),
    (plus({"name": "a", "bands": {"Day": 0.1}}), "Electricity.adders.+[0].bands.Night: is missing"),
    (
        plus({"name": "a", "bands": {"P": 0.1}, "band_times": {"P": "rest", "Q": [{"to": "12:00"}]}}),
        "Electricity.adders.+[0].bands.Q: is missing",
    ),
    (
        plus({"name": "a", "eur_per_kwh": 0.1, "band_times": {"P": "rest"}}),
        "Electricity.adders.+[0].band_times: stands without bands; it gives the hours of their names",
    ),
    (plus({"name": "a", "blocks": 5}), "Electricity.adders.+[0].blocks: 5 is no list, which stands in brackets [ ]"),
    (
        plus({"name": "a", "blocks": []}),
        "Electricity.adders.+[0].blocks: [] holds no block; one at least, such as [[20000, 0.05], [null, 0.048]]",
    ),
    (
        plus({"name": "a", "blocks": [[1]]}),
        "Electricity.adders.+[0].blocks[0]: […] is no block; [upper kWh or null, euro per kWh], such as [20000, 0.05]",
    ),
    (
        plus({"name": "a", "blocks": [[20000, 0.1]]}),
        "Electricity.adders.+[0].blocks[0]: 20000 ends a block; null ends the last one, and no other",
    ),
    (
        plus({"name": "a", "blocks": [[None, 0.1], [None, 0.1]]}),
        "Electricity.adders.+[0].blocks[0]: None ends a block; null ends the last one, and no other",
    ),
    (
        plus({"name": "a", "blocks": [[20000, 0.1], [20000, 0.1], [None, 0.1]]}),
        "Electricity.adders.+[0].blocks[1]: 20000 ends a block; each ends above the one before",
    ),
    (
        plus({"name": "a", "blocks": [[0, 0.1], [None, 0.1]]}),
        "Electricity.adders.+[0].blocks[0]: 0 ends a block; each ends above the one before",
    ),
    (
        plus({"name": "a", "blocks": [["x", 0.1], [None, 0.1]]}),
        (
            "Electricity.adders.+[0].blocks[0]: 'x' is no end of a block; "
            "a number of kWh per year from 0 to 1e+09, such as 20000"
        ),
    ),
    (
        plus({"name": "a", "blocks": [[None, 0.1]], "per": "month"}),
        "Electricity.adders.+[0].per: 'month' is not known here; allowed is year",
    ),
    # netting
    (
        file(**{"-": "netting"}, netting={"period": "month"}),
        "Electricity.netting.period: 'month' is not known here; allowed is year",
    ),
    (
        file(**{"-": "netting"}, netting={"carry": "no"}),
        "Electricity.netting.carry: 'no' is neither true nor false",
    ),
    (
        {"Electricity": {"+": {"formula": {"factor": 0.001}}, "-": "netting"}},
        'Electricity.-: "netting" goes by the year; a price by PT15M cannot be netted',
    ),
    (
        file(**{"-": "netting"}, netting={"per_register": False}, tariff_switch={"source": "clock"}),
        (
            "Electricity.netting.per_register: false nets in money, "
            "which goes with registers of the meter and not with bands by the clock"
        ),
    ),
    # fees
    (file(fixed={}), "Electricity.fixed: {} is no list, which stands in brackets [ ]"),
    (
        file(fixed=[{"name": "a"}]),
        "Electricity.fixed[0]: has no price; exactly one of eur_per_year, eur_per_month, eur_per_kva_year is needed",
    ),
    (
        file(fixed=[{"name": "a", "eur_per_year": -5}]),
        "Electricity.fixed[0].eur_per_year: -5 is no fee; a number of euro from 0 to 100000, such as 18.92",
    ),
    (file(fixed=[{"name": "a", "eur_per_kva_year": 60}]), "Electricity.fixed[0].kva: is missing"),
    (
        file(fixed=[{"name": "a", "eur_per_year": 60, "kva": 5}]),
        "Electricity.fixed[0].kva: stands without eur_per_kva_year; the fee would not go by it",
    ),
    (
        file(fixed=[{"name": "a", "eur_per_month": 5, "kva": 5}]),
        "Electricity.fixed[0].kva: stands without eur_per_kva_year; the fee would not go by it",
    ),
    (
        file(fixed=[{"name": "a", "eur_per_year": 1}, {"name": "a", "eur_per_year": 1}]),
        "Electricity.fixed[1].name: 'a' stands for another line already; each has a name of its own",
    ),
    # capacity
    (
        file(capacity={"eur_per_kw_year": "x"}),
        "Electricity.capacity.eur_per_kw_year: 'x' is no price; a number of euro from 0 to 1000, such as 57.45",
    ),
    (
        file(capacity={"floor_kw": -1}),
        "Electricity.capacity.floor_kw: -1 is no power; a number of kW from 0 to 1000, such as 2.5",
    ),
    (
        file(capacity={"floor_applies": "year"}),
        "Electricity.capacity.floor_applies: 'year' is not known here; allowed is month or mean",
    ),
    (
        file(capacity={"window_months": 12.0}),
        "Electricity.capacity.window_months: 12.0 is no count; a whole number from 1 to 60",
    ),
    (
        file(capacity={"missing_months": 0}),
        "Electricity.capacity.missing_months: 0 is not known here; allowed is mean or floor",
    ),
    (file(capacity={"history": {}}), "Electricity.capacity.history: {} is no list, which stands in brackets [ ]"),
    (
        file(capacity={"history": [5]}),
        'Electricity.capacity.history[0]: 5 is no month peak; ["YYYY-MM", kW], such as ["2025-11", 4.2]',
    ),
    (
        file(capacity={"history": [["2025-13", 4]]}),
        "Electricity.capacity.history[0]: '2025-13' is no month; YYYY-MM, such as 2026-01",
    ),
    (
        file(capacity={"history": [["2025-11", 4], ["2025-11", 4]]}),
        "Electricity.capacity.history[1]: '2025-11' stands twice; each month has one peak",
    ),
    (
        file(capacity={"history": [["2025-11", -4]]}),
        "Electricity.capacity.history[0]: -4 is no month peak; a number of kW from 0 to 1000, such as 4.2",
    ),
    # gas and water
    ({**file(), "Gas": 1.5}, f"Gas: 1.5 {GROUP}"),
    ({**file(), "Gas": {"+": None}}, f"Gas.+: None is no price; {PRICE}"),
    ({**file(), "Gas": {"+": 1.5, "per": "MWh"}}, "Gas.per: 'MWh' is not known here; allowed is m3 or kWh"),
    (
        {**file(), "Gas": {"+": 0.1, "per": "kWh"}},
        'Gas.cnv: is missing; a price per kWh needs it, such as ["kWh", 11.5]',
    ),
    *(
        (
            {**file(), "Gas": {"cnv": cnv}},
            (
                f'Gas.cnv: {said} is no conversion; ["kWh", kWh in one m³], such as ["kWh", 11.5], '
                'or by month, such as {"2026-01": 11.48}'
            ),
        )
        for cnv, said in ((11.5, "11.5"), (["MJ", 40], "[…]"), ({}, "{}"), (["kWh"], "[…]"))
    ),
    (
        {**file(), "Gas": {"cnv": ["kWh", 40]}},
        "Gas.cnv: 40 is no conversion; a number of kWh in one m³ from 5 to 15, such as 11.5",
    ),
    ({**file(), "Gas": {"cnv": {"2026": 11.5}}}, "Gas.cnv: '2026' is no month; YYYY-MM, such as 2026-01"),
    (
        {**file(), "Gas": {"fixed": [{"name": "gas", "eur_per_year": 1}]}},
        "Gas.fixed[0].name: 'gas' stands for another line already; each has a name of its own",
    ),
    ({**file(), "Water": {"+": None}}, f"Water.+: None is no price; {PRICE}"),
    ({**file(), "Water": {"comfort": 8}}, "Water.basis: is missing"),
    (
        {**file(), "Water": {"+": 5, "basis": 4}},
        "Water.+: stands beside basis or comfort; one price, or these two",
    ),
    (
        {**file(), "Water": {"basis": 4, "persons": 2.5}},
        "Water.persons: 2.5 is no count; a whole number from 0 to 100",
    ),
    (
        {**file(), "Water": {"basis": 4, "persons": 2, "basis_m3": {"per_person": -1}}},
        "Water.basis_m3.per_person: -1 is no volume; a number of m³ per year from 0 to 10000, such as 30",
    ),
]
