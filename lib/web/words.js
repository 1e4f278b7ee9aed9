/* Numbers and instants → words. Pure: same values in, same text out. What is unknown says so, and is never 0. */
"use strict";

const UNKNOWN = "not known yet";
const QUARTER_S = 900;
const NBSP = "\u00a0"; // a number and its unit stay on one line
const MANUAL = {
  off: "the car is not charged",
  pv_only: "from sun alone, when there is enough of it",
  pv_all: "all the sun that is left over; the grid fills up what is missing to start",
  max: "all that the cables carry, above the paid peak too",
  manual: "left as it is, unless a cable would carry too much",
  auto: "ready for each trip, from sun and cheap hours, under the paid peak",
};
const CONNECTED = { // where peaks cost nothing
  max: "all that the cables carry",
  auto: "ready for each trip, from sun and cheap hours",
};
const STORING = {
  auto: "stores what is cheap or your own, shaves the peak, helps the cars",
  fill: "charges now, under the paid peak",
  hold: "gives nothing; sun that is left over and what is cheap are still stored",
  off: "neither takes nor gives",
  own: "left to its maker's own mode",
};
const RESTS_W = 25; // less is the battery's own electronics

const inBrussels = (parts) => new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Brussels", ...parts });
const MINUTES = inBrussels({ hour: "2-digit", minute: "2-digit" });
const SECONDS = inBrussels({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = inBrussels({ weekday: "short", day: "numeric", month: "short" });
const MONTH = inBrussels({ month: "short", year: "numeric" });

function kw(power_w) {
  return power_w == null ? UNKNOWN : `${(power_w / 1000).toFixed(2)}${NBSP}kW`;
}

function kwh(energy_wh) {
  return energy_wh == null ? UNKNOWN : `${(Math.round(energy_wh / 100) / 10 + 0).toFixed(1)}${NBSP}kWh`;
}

/** A power as a person reads it: small ones in watts. */
function watts(power_w) {
  return power_w == null || Math.abs(power_w) >= 999.5 ? kw(power_w) : `${power_w.toFixed(0)}${NBSP}W`;
}

/** A power of a battery in words: + is stored. */
function storedText(power_w) {
  if (power_w == null) return UNKNOWN;
  if (Math.abs(power_w) < RESTS_W) return "rests";
  return `${power_w > 0 ? "stores" : "gives"} ${watts(Math.abs(power_w))}`;
}

/** A sentence of a program, with its amounts as they are here. */
function tied(text) {
  return text.replace(/€ (\d)/g, `€${NBSP}$1`).replace(/(\d) (kWh?\b|W\b|A\b|km\b|min\b|s\b|h\b|%|€)/g, `$1${NBSP}$2`);
}

/** To the cent, half up as on a bill, whatever a float makes of it; a zero has no sign. As `cents` of lib/messages. */
function euro(eur) {
  const cents = Math.round(Math.round(Math.abs(eur) * 1e6) / 1e4);
  return `€${NBSP}${eur < 0 && cents ? "-" : ""}${(cents / 100).toFixed(2)}`;
}

function percent(pct) {
  return pct == null ? UNKNOWN : `${pct.toFixed(0)}${NBSP}%`;
}

/** A state of charge that is asked: rounded up, as ev's sentences do. */
function asked(pct) {
  return pct == null ? UNKNOWN : percent(Math.ceil(pct - 1e-6));
}

function amperes(current_a) {
  return `${Number(current_a.toFixed(1))}${NBSP}A`;
}

/** "12 s", "3 min 20 s", "2 h 05 min", "3 days", each on one line. */
function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  const two = (number) => String(number).padStart(2, "0");
  if (hours >= 48) return `${Math.floor(hours / 24)}${NBSP}days`;
  if (hours) return [hours, "h", two(minutes % 60), "min"].join(NBSP);
  return (minutes ? [minutes, "min", two(whole % 60), "s"] : [whole, "s"]).join(NBSP);
}

function clock(instant) {
  return MINUTES.format(new Date(instant));
}

function day(instant) {
  return DAY.format(new Date(instant)).replace(",", "").replace("Sept", "Sep");
}

function month(date) {
  return MONTH.format(new Date(date)).replace("Sept", "Sep");
}

/** The time to the minute, with the day when it is another than that of `now`; both by the clock of Brussels. */
function near(instant, now) {
  return day(instant) === day(now) ? clock(instant) : `${day(instant)} ${clock(instant)}`;
}

/** An instant some seconds later, as the wire writes instants. */
function later(instant, seconds) {
  return new Date(Date.parse(instant) + seconds * 1000).toISOString();
}

/** "1 stop", "2 stops". */
function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** What is there of `texts`, with `between` in between. */
function joined(texts, between = ", ") {
  return texts.filter(Boolean).join(between);
}

/** The number that somebody typed, with a point or a comma; NaN for what is none. */
function typed(text) {
  const plain = text.trim().replace(",", ".");
  return /^\d+(\.\d*)?$/.test(plain) ? Number(plain) : NaN;
}

/** What a peak that may come costs. */
function peakCost(eur, bills) {
  return eur < 0.005 ? "costs nothing: the floor or the cap holds" : `costs ${euro(eur)} over the next ${bills} bills`;
}
