"""Against the linear program of the tests, which knows one battery and was written by itself."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.arbitrage import Store, Stretch
from lib.core.problem import HOUR, Peak, Problem, Span
from lib.solver.highs import Solver
from lib.solver.model import model
from tests.conftest import NOON
from tests.perfect import perfect

NEAR_EUR = 3e-4  # of equals the earlier: what breaks ties may cost so much


@settings(max_examples=40)
@given(
    prices=st.lists(st.integers(1, 60), min_size=2, max_size=24),
    loads=st.lists(st.integers(-20, 40), min_size=24, max_size=24),
    end_ct=st.integers(0, 40),
    paid_w=st.integers(0, 4).map(lambda kw: 1000.0 * kw),
    sells=st.booleans(),
)
def test_one_battery_costs_what_the_oracle_says(
    prices: list[int], loads: list[int], end_ct: int, paid_w: float, sells: bool
) -> None:
    """Prices, loads and sun by chance; a kWh sold earns 5 ct less than one bought costs, and a kW of peak € 4."""
    store = Store(energy_wh=3_000, least_wh=500, most_wh=6_000, charge_w=2_500, discharge_w=3_000, sells=sells)
    pairs = zip(prices, loads, strict=False)  # there are as many hours as prices
    hours = [(NOON + number * HOUR, cent / 100, 100.0 * load) for number, (cent, load) in enumerate(pairs)]
    stretches = [
        Stretch(
            start=start,
            end=start + HOUR,
            import_eur_kwh=eur,
            export_eur_kwh=eur - 0.05,
            load_w=load_w,
            room_w=1e9,
        )
        for start, eur, load_w in hours
    ]
    spans = tuple(
        Span(start=start, end=start + HOUR, import_eur_kwh=eur, export_eur_kwh=eur - 0.05, load_w=load_w)
        for start, eur, load_w in hours
    )
    problem = Problem(
        at=NOON,
        spans=spans,
        peaks=(Peak(paid_w=paid_w, eur_kw=4.0),),
        store=store,
        end_eur_kwh=end_ct / 100,
    )
    held = model(problem)
    ours_eur = held.eur(Solver(held.program, limit_s=10).solve().values)
    best = perfect(store, stretches, end_eur_kwh=end_ct / 100, kw_eur=4.0, paid_w=paid_w)
    assert abs(best.eur - ours_eur) < NEAR_EUR
