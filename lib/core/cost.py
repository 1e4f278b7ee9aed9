"""Amounts × tariff → what they cost. Knows no time and no counter."""

from collections.abc import Mapping
from dataclasses import dataclass

from lib.core.counters import Amounts
from lib.core.tariff import Register, Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Euro, VAT as in the rates; what is injected earns and stands as it is earned, positive."""

    import_eur: Mapping[str, float]
    export_eur: Mapping[str, float]
    gas_eur: float | None = None
    water_eur: float | None = None

    @property
    def electricity_eur(self) -> float:
        """Taken less injected."""
        return sum(self.import_eur.values()) - sum(self.export_eur.values())

    @property
    def total_eur(self) -> float:
        """Electricity, gas and water."""
        return self.electricity_eur + (self.gas_eur or 0.0) + (self.water_eur or 0.0)


def costs(amounts: Amounts, tariff: Tariff) -> Costs:
    """What amounts cost. A register without a price of its own (a total, a third tariff) costs the day's price."""
    return Costs(
        import_eur=_priced(amounts.import_wh, tariff.import_eur_kwh),
        export_eur=_priced(amounts.export_wh, tariff.export_eur_kwh),
        gas_eur=_volume_eur(amounts.gas_l, tariff.gas_eur_m3),
        water_eur=_volume_eur(amounts.water_l, tariff.water_eur_m3),
    )


def _priced(energy_wh: Mapping[str, int], prices: Mapping[str, float]) -> dict[str, float]:
    return {register: wh / 1000 * prices.get(register, prices[Register.DAY]) for register, wh in energy_wh.items()}


def _volume_eur(volume_l: int | None, price: float | None) -> float | None:
    return None if volume_l is None or price is None else volume_l / 1000 * price
