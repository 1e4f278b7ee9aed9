"""The owner's settings. Edit, then ./startup_cron.sh --stop, and start; a slip is answered with what is allowed."""

# Where the telegrams come from:
#   "/dev/serial/by-id/usb-FTDI_…"   the P1 cable (ls /dev/serial/by-id shows its name; /dev/ttyUSB0 works too)
#   "socket://192.168.1.50:23"       a dongle or ser2net that passes raw telegrams on
#   "rfc2217://host:port"            a serial port shared by RFC 2217
#   "homewizard://192.168.1.30"      a HomeWizard P1 meter with Local API switched on in its app
#   "homewizard2://192.168.1.30"     the same by API v2: first ./do_py.sh dm.py --pair homewizard2://192.168.1.30
#   "mqtt://pi@192.168.1.40/p1/telegram"   raw telegrams on an MQTT topic (mqtts:// with TLS); the password is "mqtt"
#                                    in ~/secrets.json
#   "replay:///home/pi/day.txt?speed=60"   a recorded file
serial_port = "/dev/ttyUSB0"

# Where each program listens, and where the others find it: name → (address, port).
# Keep 127.0.0.1 unless another machine shall see this one: with 0.0.0.0 it must bring a token of ~/secrets.json.
# {} = dm alone, without a door.
socket_info = {
    "dm": ("127.0.0.1", 8080),
    "ev": ("127.0.0.1", 8081),
    "bs": ("127.0.0.1", 8082),
}

# A certificate and its key, when other machines shall talk to this one encrypted: ("cert.pem", "key.pem"),
# in the folder that holds data and log.
tls = None

# Names by which browsers may call this machine, besides its own: ("meter.example.net",).
door_names = ()

# The Flemish capacity tariff bills the highest quarter-hour of each month. False (Wallonia, Brussels): peaks cost
# nothing, and only the connection below limits.
capacity_tariff = True

# Who is asked for the day-ahead price, in this order, when a price in rates.json follows it:
#   "energy-charts"   no log-in                 "entsoe"   needs a free token in ~/secrets.json
#   "elia"            the grid operator's page  "nordpool" the exchange's page, for personal use
#   "file:prices.csv" your own: a CSV, a saved answer of a service (.json), or a folder of such files
price_sources = ("energy-charts", "entsoe")

# A month peak you accept, in kW; None: the 2.5 kW that is billed anyway, or the month's peak so far.
peak_target_kw = None

# Of each quarter's energy under the peak, so much is kept back for a kettle at its end, in %.
margin_pct = 4

# What the connection carries: phases (1 or 3) and amperes each.
connection_phases = 3
connection_a = 25

# False: 3×230 V without a neutral, where a car charges between two phases ("12", "23" or "13").
connection_neutral = True

# The most that the house draws on a phase beside its chargers, in A, for when the meter is silent: one number, or
# three for L1, L2, L3. None: as it was last.
other_load_worst_a = None

# When the day register counts on weekdays; some towns have ("06:00", "21:00").
day_hours = ("07:00", "22:00")

# ---- The cars (ev_app.py). Take the # away where you have one; names are yours: letters, digits, _ and -.

# name → the charger.
chargers = {
    # "garage": {
    #     "make": "nrgkick",            # or "openevse", "ocpp", "goe": a go-e with API v2, "goe1": with API v1
    #     "address": "192.168.1.60",    # or "mdns:NAME"; of an NRGkick switch on its Local API in its app;
    #                                   # of an "ocpp" the id that it dials in with: "CP_1", its second plug "CP_1:2"
    #     "phases": 3,                  # of its line, 1 or 3
    #     "current_a": 16,              # the most that it, its plug and its line carry
    #     "wired": "123",               # the meter's phases on its L1, L2, L3; on one phase "1", "2" or "3"
    #     "switches_phases": False,     # True: it charges on one phase or three as it is told
    #     "car": "car_1",               # the car that mostly hangs on it
    #     # seldom needed:
    #     "mode": "auto",               # at first: off, pv_only, pv_all, max, manual or auto
    #     "safe_a": None,               # while nobody steers it: 0, or from 6 on. None: 6 on one phase, 0 on three
    #     "priority": 0,                # where a circuit shares by "priority": the higher goes first
    #     "user": "",                   # of a log-in; its password is "nrgkick" or "openevse" in ~/secrets.json
    #     "relay": None,                # of a "goe1": {"pin": 26, "type": "NO"} when a relay switches its phases
    #     "watched": None,              # of an "openevse" or "ocpp"; False: it has no watchdog, as with firmware 4
    #     "accept_unwatched": False,    # True: may keep its last amperes while nobody steers, also on a shared circuit
    # },
}

# What several chargers share: name → a cable, a fuse or a group, to any depth. Those that no other names hang on the
# connection. ./do_py.sh ev_app.py --check shows the tree, and whether it carries what hangs on it: docs/CIRCUITS.md.
circuits = {
    # "drive": {
    #     "current_a": 20,              # what it carries, or (20, 20, 20) for L1, L2, L3; None: no fuse of its own
    #     "chargers": ("garage", "street"),  # that hang on it directly,
    #     "circuits": (),               # and circuits that do
    #     # seldom needed:
    #     "profile": None,              # how it shares, as in `sharing`; None: as the circuit above it
    #     "power_kw": None,             # what it carries in all
    #     "margin_pct": 100,            # of all that, so much is used: 80 for a long cable
    #     "other_a": 0,                 # what flows there besides the chargers, or (5, 0, 0) for L1, L2, L3,
    #     "other_worst_a": None,        # and the most that may; None: as it was measured last
    #     "meter": None,                # of its own: {"from": "shelly", "url": "http://192.168.1.80"}, or "iotawatt",
    #                                   # "iammeter", "http", "mqtt"
    #     "limit": None,                # that follows somebody: {"from": "http", "url": "http://192.168.1.90/limit",
    #                                   # "value": "max", "unit": "A", "valid_s": 120}, or "mqtt"; never above the rest
    #     "sun_makes_room": True,       # what is fed in behind its fuse is room for more
    # },
}

# How chargers share what is scarce: "equal", "proportional" (the same percentage), "fifo" (who came first), "station"
# (the first in the list above), "priority", "laxity" (who has least time to spare), "relative" (the same, as a part of
# the time left), "ramp" (slowly up, a kilowatt at a time). See docs/CIRCUITS.md.
sharing = "equal"

# Where not even 6 A are left for each, some wait; where they are alike their line turns every so many minutes.
rotation_min = 30

# Where OCPP chargers dial in: ws://THIS-MACHINE:8887/ID. Opened only when there is one; None: never.
ocpp_door = ("0.0.0.0", 8887)

# name → the car. A trip has the name in its title: "Ardennes @car_1@ 180 km".
cars = {
    # "car_1": {
    #     "title": "Blue car",
    #     "capacity_kwh": 77,
    #     "kwh_100km": 18,
    #     "everyday_pct": 80,           # charged no further without a trip
    #     "soc": "",                    # how full it is: "" when you type it, or ask somebody (docs/CARS.md):
    #     #   {"from": "home_assistant", "url": "http://192.168.1.20:8123", "soc": "sensor.car_battery"}
    #     #   {"from": "mqtt", "url": "mqtt://192.168.1.20/car/soc"}
    #     # seldom needed:
    #     "phases": 3, "current_a": 16, # what its own charger takes
    #     "night_pct": 60,              # charged so far in cheap hours, trip or not
    #     "arrival_pct": 20,            # left when a trip is over
    #     "reserve_pct": 20,            # below it the car charges at once,
    #     "reserve_over_peak": False,   # True: even above the month's peak
    #     "at_least_pct": None,         # reached each morning, trip or not
    #     "limit_pct": None,            # where the car itself ends a charge, as you set it in the car, such as 100
    #     "trip_default": "full",       # what a trip needs that does not say: "full", "180 km", "80 %" or "30 kWh"
    #     "power_table": (),            # what it takes by how full it is: ((0, 80, 11), (80, 100, 4)) in % and kW
    # },
}

# Where the trips stand: "google:CALENDAR_ID", "ics:trips.ics" (a file in the folder that holds data and log), or
# "ics:https://…" (the calendar's secret address in iCal format).
calendars = ()

# A car is ready so many minutes before its trip; a trip that says a day but no time begins then.
ready_before_min = 15
all_day_departure = "07:00"

# Who takes the sun first: "car", "battery", or "auto" (the home battery until it is half full, then the car).
priority = "auto"

# ---- The home battery (bs_app.py) and the solar inverters (read by dm.py).

# name → the battery. Several act as one.
batteries = {
    # "home": {
    #     "make": "victron",            # a GX with Modbus-TCP on; or "sunspec", "marstek", "sessy"
    #     "address": "192.168.1.70",    # or "192.168.1.70:1502"
    #     "capacity_kwh": 10,           # what can be used of it, from empty to full
    #     "charge_kw": 5,               # the most that may flow; by law 5 on one phase, 10 on three, 0.8 in a socket
    #     "discharge_kw": 5,
    #     "phases": 1,                  # of its line, 1 or 3
    #     "wired": "1",                 # the meter's phase that it hangs on: "1", "2" or "3"; on three phases "123"
    #     # seldom needed:
    #     "socket": False,              # True: a plug-in battery
    #     "least_pct": 10,              # never emptied further
    #     "most_pct": 100,              # nor filled further
    #     "efficiency_pct": 90,         # of what goes in, so much comes out again
    #     "wear_eur_kwh": 0.05,         # what a kWh that it gives costs in wear
    #     "sells": False,               # True: into the grid where that earns more than a kWh is worth later
    #     "user": "",                   # of a "sessy"; the password is "sessy" in ~/secrets.json
    #     "unit": None,                 # its number on Modbus; None: its maker's usual one
    #     "register": None,             # of a "victron": 2716, or 2700 where that is missing; None: what it has
    #     "own_grid_w": None,           # of a "victron" with 2700: its own setpoint, given back at the end; None: 50
    #     "watchdog_s": None,           # of a "sunspec": 60 to 120; None: 60
    #     "version": None,              # of a "marstek": 2 or 3; None: by what it answers
    # },
}

# What the batteries do until you tell them otherwise: "auto", "fill", "hold", "off", or "own" (their maker's mode).
battery_mode = "auto"

# So much is kept for the month's peak, in %. None: as it learns from what the house needed lately.
battery_reserve_pct = None

# name → the inverter, so that sun and house are told apart. Without one, the sun is what the meter shows as injected.
inverters = {
    # "roof": {
    #     "make": "fronius",            # with its Solar API on; or "kostal", "sunspec" (both over Modbus-TCP)
    #     "address": "192.168.1.71",    # or "192.168.1.71:1502"
    #     "unit": None,                 # its number on Modbus; None: its maker's usual one
    #     "may_hold": False,            # True: a "sunspec" may be held back while injecting costs money
    # },
}

# ---- The forecast of the sun, for planning. Without a place or a roof it comes from what the panels made before.

# Where the house stands: degrees north and east, such as (50.85, 4.35). Services are told it to a kilometre.
place = None

# name → panels that face one way; two sides of a roof are two.
roofs = {
    # "south": {
    #     "kwp": 5.0,                   # by their labels, all together
    #     "tilt": 35,                   # degrees: 0 lies flat, 90 stands upright
    #     "facing": 180,                # by the compass: 90 east, 180 south, 270 west
    #     # seldom needed:
    #     "loss_pct": 14,               # in cables, inverter, dirt and shade; "forecast-solar" takes its own
    # },
}

# Who is asked, in this order; both need no log-in and are for private use. () asks nobody.
sun_forecast = ("open-meteo", "forecast-solar")

# mypy: allow-untyped-globals
