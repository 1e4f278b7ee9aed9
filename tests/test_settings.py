"""Settings: what is taken from where, and the one sentence that answers a slip."""

import json
from pathlib import Path

import pytest

from lib import settings
from lib.prices import ALLOWED
from lib.settings import Door, SettingsError

CONFIG = 'serial_port = "/dev/ttyUSB7"\nsocket_info = {"dm": ("127.0.0.1", 9000)}\n'


def home(folder: Path, config: str = CONFIG, rates: str | None = None) -> dict[str, str]:
    """An environment whose home holds its own config.py, and rates.json when given."""
    (folder / "config.py").write_text(config)
    if rates is not None:
        (folder / "rates.json").write_text(rates)
    return {"DM_HOME": str(folder)}


def test_the_shipped_settings_are_good() -> None:
    """A fresh checkout starts: three doors on loopback, the capacity tariff, 3×25 A."""
    shipped = settings.load({})
    assert Door("127.0.0.1", 8080) == shipped.doors["dm"]
    assert shipped.rules.capacity_tariff
    assert shipped.rules.connection_w == 17_250


def test_the_home_has_its_own_settings(tmp_path: Path) -> None:
    """DM_HOME moves data and log, and its config.py wins; DM_PORTS moves the doors."""
    found = settings.load(home(tmp_path) | {"DM_PORTS": "20000"})
    assert (tmp_path, "/dev/ttyUSB7", Door("127.0.0.1", 20_000)) == (found.home, found.source, found.doors["dm"])


def test_the_demo_opens_no_device(tmp_path: Path) -> None:
    """Whatever config.py says, the demo listens to the simulated house, on loopback."""
    found = settings.load(home(tmp_path) | {"DM_PORTS": "20000"}, demo=True)
    assert found.source == "socket://127.0.0.1:20003"
    assert found.sim_lines == Door("127.0.0.1", 20_004)
    assert {"127.0.0.1"} == {door.host for door in found.doors.values()}


def test_the_demo_has_a_folder_of_its_own() -> None:
    """Started by hand it writes nothing among what the real house keeps."""
    assert settings.CHECKOUT / "demo" == settings.load({}, demo=True).home


def test_rates_saved_by_a_windows_editor_are_read(tmp_path: Path) -> None:
    """Some write an invisible mark before the first brace."""
    rates = "\ufeff" + (settings.CHECKOUT / "rates.json").read_text()
    assert settings.load(home(tmp_path, rates=rates)).rules.tariffs == settings.load({}).rules.tariffs


def test_the_owner_may_have_names_of_his_own(tmp_path: Path) -> None:
    """Names that look like none of ours, and what the file imports, are left alone."""
    own = 'import os\nattic = "192.168.1.50"\nserial_port = f"socket://{attic}:23"\n'
    assert settings.load(home(tmp_path, own)).source == "socket://192.168.1.50:23"


def test_no_doors_is_dm_alone(tmp_path: Path) -> None:
    """An empty socket_info switches the doors off."""
    assert settings.load(home(tmp_path, 'serial_port = "x"\nsocket_info = {}\n')).doors == {}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("serial_port = 3\n", "config.py: serial_port is 3; allowed is a text"),
        ("socket_info = {}\n", "config.py: serial_port is missing; allowed is a text"),
        (CONFIG + "socket_info = 5\n", "config.py: socket_info is 5; allowed is"),
        (CONFIG + 'socket_info = {"dm": 8080}\n', "config.py: socket_info['dm'] is 8080; a name of dm, ev, bs"),
        (CONFIG + 'socket_info = {"xx": ("a", 1)}\n', "config.py: socket_info['xx'] is ('a', 1)"),
        (CONFIG + "capacity_tariff = 1\n", "config.py: capacity_tariff is 1; allowed is True or False"),
        (CONFIG + "connection_phases = 2\n", "config.py: connection_phases is 2; allowed is 1 or 3"),
        (CONFIG + "connection_a = '25'\n", "config.py: connection_a is '25'; allowed is a number from 6 to 250"),
        (
            CONFIG + "peak_target_kw = 4000\n",
            "config.py: peak_target_kw is 4000; allowed is a number from 0.1 to 100, or None",
        ),
        (CONFIG + 'day_hours = ("22:00", "07:00")\n', "config.py: day_hours is ('22:00', '07:00'); allowed is"),
        (CONFIG + 'day_hours = ("7h", "22h")\n', "config.py: day_hours is ('7h', '22h'); allowed is"),
        ("serial_port = \n", "config.py: line 1 is no Python: serial_port ="),
        (CONFIG + "capacity_tarif = False\n", "config.py: capacity_tarif is no setting; is capacity_tariff meant?"),
        ("raise SystemExit(3)\n", "config.py: SystemExit: 3"),
        ("import nowhere_at_all\n", "config.py: ModuleNotFoundError: No module named 'nowhere_at_all'"),
    ],
)
def test_a_slip_is_one_sentence(tmp_path: Path, config: str, said: str) -> None:
    """The file, the name, the value and what is allowed."""
    with pytest.raises(SettingsError) as slip:
        settings.load(home(tmp_path, config))
    assert str(slip.value).startswith(said)


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ("{", "rates.json: line 1: "),
        (
            json.dumps({"Electricity": {"+": {"Day": 1, "Night": "x"}}}),
            "rates.json: Electricity.+.Night: 'x' is no price",
        ),
        (
            '{"Electricity": {"+": {"Day": 0.4, "Night": 0.3, "Day": 0.5}}}',
            "rates.json: Day: stands twice in one group",
        ),
    ],
)
def test_a_slip_in_the_rates_is_one_sentence(tmp_path: Path, rates: str, said: str) -> None:
    """The path of the key, the value and what is allowed."""
    with pytest.raises(SettingsError) as slip:
        settings.load(home(tmp_path, rates=rates))
    assert str(slip.value).startswith(said)


def test_a_price_for_peaks_that_cost_nothing_is_a_slip(tmp_path: Path) -> None:
    """Two places that contradict one another: the sentence names both, and what to do."""
    rates = json.dumps({"Electricity": {"+": 0.3, "capacity": {"eur_per_kw_year": 50.0}}})
    with pytest.raises(SettingsError, match=r"capacity_tariff is False, but rates\.json has a price .* or take"):
        settings.load(home(tmp_path, CONFIG + "capacity_tariff = False\n", rates=rates))


@pytest.mark.parametrize("ports", ["x", "0", "65535", "-1", "８０"])
def test_ports_that_are_none_are_said(tmp_path: Path, ports: str) -> None:
    """DM_PORTS leaves room for the programs behind it."""
    with pytest.raises(SettingsError, match="DM_PORTS"):
        settings.load(home(tmp_path) | {"DM_PORTS": ports})


@pytest.mark.parametrize("slip", ['price_sources = ("nord-pool",)', 'price_sources = "elia"'])
def test_a_wrong_source_of_prices_is_told_with_fixed_prices_too(tmp_path: Path, slip: str) -> None:
    """The owner learns of it where it was written, not on the day that a price follows the market."""
    with pytest.raises(SettingsError, match="price_sources"):
        settings.load(home(tmp_path, f"{CONFIG}{slip}\n"))


def test_the_sources_of_prices_are_those_that_can_be_opened(tmp_path: Path) -> None:
    """The same words stand in settings, which may not ask the makes, and where the makes are."""
    services, _, _ = ALLOWED.partition(", or file:")
    with pytest.raises(SettingsError, match=f"some of {services} and "):
        settings.load(home(tmp_path, f'{CONFIG}price_sources = ("nord-pool",)\n'))


def test_a_port_is_a_number(tmp_path: Path) -> None:
    """True is none, whatever Python counts it as."""
    with pytest.raises(SettingsError, match="port from 1"):
        settings.load(home(tmp_path, f'{CONFIG}socket_info = {{"dm": ("127.0.0.1", True)}}\n'))
