"""What an OpenEVSE tells of itself, by each version of its WiFi firmware. Pure: numbers in, objects out."""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Any

from lib.sim.charge_point import ChargePoint, Fault

SLEEPING = 254
ERRORS = {Fault.RESIDUAL_CURRENT: 6, Fault.TOO_HOT: 10, Fault.PHASE: 7}


class Firmware(IntEnum):
    """Of its WiFi module: commands only; the owner's override, as of 2021; claims, of 2023; a shaper's patience."""

    V2 = 2
    EARLY = 3
    V4 = 4
    V5 = 5


LATER: Mapping[str, Firmware] = MappingProxyType(
    {
        **dict.fromkeys(
            ("evse_connected", "vehicle", "colour", "freeram", "time", "offset", "shaper", "temp", "temp4", "wh"),
            Firmware.EARLY,
        ),
        **dict.fromkeys(("eth_connected", "shaper_live_pwr", "shaper_cur"), Firmware.EARLY),
        **dict.fromkeys(("status", "flags", "manual_override", "session_energy", "total_energy"), Firmware.V4),
        **dict.fromkeys(("shaper_updated", "claims_version", "override_version", "config_version"), Firmware.V4),
        **dict.fromkeys(("temp_max", "divert_active", "ocpp_connected", "service_level"), Firmware.V4),
        **dict.fromkeys(("schedule_version", "schedule_plan_version", "vehicle_state_update"), Firmware.V4),
        **dict.fromkeys(("tesla_vehicle_count", "tesla_vehicle_id", "tesla_vehicle_name"), Firmware.V4),
        **dict.fromkeys(("rfid_failure",), Firmware.V4),
        **dict.fromkeys(("power", "max_current", "uptime", "local_time", "macaddress"), Firmware.V5),
        **dict.fromkeys(("session_elapsed", "limit", "limit_version", "total_switches"), Firmware.V5),
        **dict.fromkeys(("total_day", "total_week", "total_month", "total_year"), Firmware.V5),
    }
)
ONLY_EARLY = ("shaper_max_pwr", "vehicle_soc", "vehicle_range", "time_to_full_charge")
GONE: Mapping[str, Firmware] = MappingProxyType({"wh": Firmware.V5})


def status(point: ChargePoint, firmware: Firmware, said: Mapping[str, Any], *, asleep: bool) -> dict[str, Any]:
    """The object of /status; said: what the module adds of itself. It measures the first phase."""
    drawn_a = round(point.phases_a[0], 2)
    session_wh, total_wh = point.plugin_wh / _lines(point), point.total_wh / _lines(point)
    everything: dict[str, Any] = {
        "mode": "STA",
        "wifi_client_connected": 1,
        "eth_connected": 0,
        "net_connected": 1,
        "srssi": -60,
        "ipaddress": "192.0.2.50",
        "macaddress": "02:00:5E:00:53:01",
        "emoncms_connected": 0,
        "packets_sent": 0,
        "packets_success": 0,
        "mqtt_connected": 0,
        "ocpp_connected": 0,
        "rfid_failure": 0,
        "ohm_hour": "NotConnected",
        "free_heap": 167_436,
        "freeram": 167_436,
        "rapi_connected": 1,
        "evse_connected": 1,
        "amp": drawn_a if firmware is Firmware.EARLY else round(drawn_a * 1_000),
        "voltage": round(point.phase_v),
        "power": round(drawn_a * point.phase_v * _lines(point), 1),
        "pilot": int(point.told.current_a),
        "max_current": int(point.most_a),
        "wh": round(total_wh),
        "temp": 440,
        "temp_max": 588,
        "temp1": 340 if firmware is Firmware.V2 else False,
        "temp2": False if firmware is Firmware.V2 else 440,
        "temp3": False,
        "temp4": 542.5,
        "state": state(point, asleep=asleep),
        "status": "disabled" if asleep else "active",
        "flags": 512,
        "vehicle": int(point.car is not None),
        "colour": 5,
        "manual_override": 0,
        "divertmode": 1,
        "session_elapsed": 0,
        "session_energy": round(session_wh, 3),
        "total_energy": round(total_wh / 1_000, 6),
        **dict.fromkeys(("total_day", "total_week", "total_month", "total_year"), 0.0),
        "total_switches": 1_159,
        "elapsed": 0,
        "wattsec": round(session_wh * 3_600),
        "watthour": round(total_wh),
        "gfcicount": 0,
        "nogndcount": 0,
        "stuckcount": 0,
        "solar": 0,
        "grid_ie": 0,
        "charge_rate": 0,
        "divert_update": 6,
        "divert_active": False,
        "shaper": 0,
        "shaper_live_pwr": 0,
        "shaper_max_pwr": 0,
        "shaper_cur": 0,
        "shaper_updated": False,
        "service_level": 2,
        "limit": False,
        "ota_update": 0,
        "config_version": 6,
        "override_version": 0,
        "schedule_version": 1,
        "schedule_plan_version": 1,
        "limit_version": 1,
        "vehicle_state_update": 0,
        **dict.fromkeys(("tesla_vehicle_count", "tesla_vehicle_id", "tesla_vehicle_name"), False),
        "vehicle_soc": 75,
        "vehicle_range": 468,
        "time_to_full_charge": 18_000,
        "time": point.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "local_time": point.at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "offset": "+0000",
        **said,
    }
    return {key: value for key, value in everything.items() if _is_said(key, firmware)}


def state(point: ChargePoint, *, asleep: bool) -> int:
    """Its code for what hangs on the cable."""
    if point.fault:
        return ERRORS[point.fault]
    if asleep:
        return SLEEPING
    return 1 if point.car is None else 3 if point.is_charging else 2


def config(point: ChargePoint, firmware: Firmware, said: Mapping[str, Any], *, serial: str) -> dict[str, Any]:
    """The object of /config, as far as anybody asked for it."""
    usual: dict[str, Any] = {
        "firmware": "7.1.3",
        "protocol": "-",
        "espflash": 4_194_304,
        "service": 2,
        "scale": 220,
        "offset": 0,
        "ssid": "example-wifi",
        "hostname": f"openevse-{serial[-4:].lower()}",
    }
    if firmware is Firmware.V2:
        return {**usual, "version": "2.9.1", "protocol": "4.0.1"}
    versions = {Firmware.EARLY: "v4.0.1", Firmware.V4: "v4.1.7", Firmware.V5: "v5.1.2"}
    return {
        **usual,
        "version": versions[firmware],
        "buildenv": "openevse_wifi_v1",
        "wifi_serial": serial,
        "evse_serial": "",
        "max_current_soft": int(point.most_a),
        "max_current_hard": 48,
        "min_current_hard": 6,
        "www_username": "",
        "divert_enabled": False,
        "is_threephase": False,
        "default_state": True,
        **said,
    }


def _is_said(key: str, firmware: Firmware) -> bool:
    since = LATER.get(key, Firmware.V2)
    until = Firmware.V4 if key in ONLY_EARLY else GONE.get(key, max(Firmware) + 1)
    is_early = key not in ONLY_EARLY or firmware is Firmware.EARLY
    return since <= firmware < until and is_early


def _lines(point: ChargePoint) -> int:
    """It counts one phase of so many."""
    return min(point.phases, point.supply_phases)
