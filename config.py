"""The owner's settings. Edit, then restart with ./startup_cron.sh; a slip is answered with what is allowed."""

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

# What the connection carries: phases (1 or 3) and amperes each.
connection_phases = 3
connection_a = 25

# When the day register counts on weekdays; some towns have ("06:00", "21:00").
day_hours = ("07:00", "22:00")
