/* dm's plan → its card, on the page of each program: what it costs, two days as a picture, who does what when and why. */
"use strict";

const BATTERY = "battery"; // as blocks name it
const AHEAD_S = 48 * 3600;
const MOST_PLANNED = 12; // blocks
const NEAR_W = 5; // next to nothing
const SHORT_WH = 50;
const SVG = "http://www.w3.org/2000/svg";
const WIDE = 360; // of the picture, in its own units, which are about a phone's pixels
const LEFT = 58; // of the axis of time
const PRICE_HIGH = 56;
const LANE_HIGH = 18;
const GRID_HIGH = 56;
const HOURS = 6; // from one label to the next

/** The plan while it holds at `now`, an instant by the meter's clock; else null. */
function planInForce(plan, now) {
  return plan && planAgeS(plan, now) <= plan.for_s ? plan : null;
}

/** It keeps its first hour while no better one takes its place, so it is as old as its first quarter. */
function planAgeS(plan, now) {
  const asOf = Math.max(Date.parse(plan.made), plan.spans.length ? Date.parse(plan.spans[0].start) : 0);
  return Math.max(0, (Date.parse(now) - asOf) / 1000);
}

/** The card of the plan on the page of a program, as `showPlanned` fills it. */
function showAhead(main, plan, how) {
  list(main.querySelector(".twodays"), plan || how.own ? [plan] : [], {
    template: "plan",
    show: (card) => showPlanned(card, plan, how),
  });
}

/** devices: whether the blocks of a device are listed; own: lines of the program's own plan, where dm's is not heard.
 *  nothing: what is said where nothing is planned; left: who is in no plan. */
function showPlanned(card, plan, { at, devices = () => true, own = null, nothing = "nothing is planned", left = "" }) {
  const holds = planInForce(plan, at);
  const shown = own ? holds : plan;
  card.hidden = !shown && !own;
  if (card.hidden) return;
  const blocks = shown ? joinedBlocks(shown.blocks.filter(({ device }) => devices(device)), at) : [];
  const listed = blocks.slice(0, MOST_PLANNED);
  const more = blocks.length - listed.length;
  write(card, {
    planned: shown ? planAgeText(shown, at) : "",
    unheard: shown ? "" : "dm's plan is not heard: own plan",
    cost: shown ? planCostText(shown, at) : "",
    peak: shown ? planPeakText(shown) : "",
    trouble: shown ? joined([shown.trouble && `greedy plan: ${shown.trouble}`, !holds && "this plan is old: nobody follows it"], "; ") : "",
    more: joined([shown ? (blocks.length ? more && `and ${more} more` : nothing) : own.length ? "" : nothing, left], "; "),
    saved: shown ? planSavedText(shown, at) : "",
  });
  lines(card.querySelector(".short"), shown ? shown.short : []);
  lines(card.querySelector(".own"), shown ? [] : own.slice(0, MOST_PLANNED));
  list(card.querySelector(".planned"), listed, { template: "planned", show: (item, block) => showBlock(item, block, shown, at) });
  const picture = card.querySelector("svg");
  const isDrawn = Boolean(shown && shown.spans.length);
  picture.classList.toggle("empty", !isDrawn);
  if (isDrawn && picture.dataset.of !== `${shown.boot} ${shown.seq}`) {
    picture.dataset.of = `${shown.boot} ${shown.seq}`;
    drawPlan(picture, shown);
  }
  write(card, { legend: isDrawn ? planLegendText(shown) : "" });
}

/** The blocks that are not over, in order of time, neighbours for the same reason as one with their mean power. */
function joinedBlocks(blocks, at) {
  const found = [];
  const same = (one, next) => ["device", "trip", "why"].every((key) => one[key] === next[key]) && one.power_w > 0 === next.power_w > 0;
  for (const next of [...blocks].sort((one, other) => compare(one.device, other.device) || compare(one.start, other.start))) {
    const last = found[found.length - 1];
    if (last && last.end === next.start && same(last, next)) found[found.length - 1] = together(last, next);
    else found.push(next);
  }
  const ahead = found.filter(({ end }) => Date.parse(end) > Date.parse(at));
  return ahead.sort((one, other) => compare(one.start, other.start));
}

function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}

function together(one, next) {
  const [had, more] = [one, next].map(({ start, end, power_w }) => power_w * (Date.parse(end) - Date.parse(start)));
  const isPriced = one.eur_kwh != null && next.eur_kwh != null && had + more;
  const eur_kwh = isPriced ? (one.eur_kwh * had + next.eur_kwh * more) / (had + more) : one.eur_kwh;
  return { ...one, end: next.end, power_w: (had + more) / (Date.parse(next.end) - Date.parse(one.start)), eur_kwh };
}

function planAgeText(plan, at) {
  const age = planAgeS(plan, at);
  return `by the ${plan.by}${plan.by === "solver" ? "" : " planner"}, ${age < 60 ? "just now" : `${span(age)} ago`}`;
}

/** The time to the minute, within a week with the name of its day alone. */
function soon(instant, now) {
  const isWeek = Date.parse(instant) - Date.parse(now) < 6 * 86400 * 1000;
  return isWeek && day(instant) !== day(now) ? `${day(instant).slice(0, 3)} ${clock(instant)}` : near(instant, now);
}

function planCostText({ eur, spans }, at) {
  if (!spans.length) return "nothing is known of the days ahead";
  return `${eur < 0 ? "Earns" : "Costs"} ${euro(Math.abs(eur))} until ${soon(spans[spans.length - 1].end, at)}`;
}

function hasPeak({ target_w, paid_w }) {
  return target_w != null && paid_w != null;
}

function planPeakText(plan) {
  const { target_w, paid_w, accepted, peak_eur } = plan;
  if (!hasPeak(plan)) return "";
  const cost = peak_eur == null ? "" : ` for ${euro(peak_eur)}`;
  const goes = target_w > paid_w + NEAR_W ? `the plan goes to ${kw(target_w)}${cost}` : "the plan stays under it";
  return `month's peak ${kw(paid_w)} is ${accepted ? "accepted" : "paid"}, ${goes}`;
}

/** What the newest day saved and its month, with a sign where quarters are missing. */
function planSavedText({ saved }, at) {
  if (!saved.length) return "";
  const newest = `${saved[0].day}T12:00:00Z`;
  const days = saved.filter(({ day: of }) => of.slice(0, 7) === saved[0].day.slice(0, 7));
  const of = day(newest) === day(at) ? "today" : `on ${day(newest)}`;
  return `saved ${of} ${gainedText(saved.slice(0, 1))}, in ${month(newest)} ${gainedText(days)} against charging at once`;
}

function gainedText(days) {
  const known = days.filter(({ eur, naive_eur }) => eur != null && naive_eur != null);
  const sign = days.some(({ eur, missing }) => missing || eur == null) ? "~" : "";
  return known.length ? sign + euro(known.reduce((sum, { naive_eur, eur }) => sum + naive_eur - eur, 0)) : UNKNOWN;
}

function showBlock(item, { device, start, end, power_w, eur_kwh, trip, why }, plan, at) {
  const isNow = Date.parse(start) <= Date.parse(at);
  const name = plan.titles?.[device] || device;
  item.classList.toggle("runs", isNow);
  write(item, {
    when: isNow ? `until ${soon(end, at)}` : `${soon(start, at)} to ${clock(end)}`,
    who: joined([device === BATTERY ? `${name} ${storedText(power_w)}` : `${name} ${kw(power_w)}`, trip && `for ${trip}`]),
    price: eur_kwh == null ? "" : `${eur_kwh.toFixed(3)}${NBSP}€/kWh`,
    why,
  });
}

function planLegendText(plan) {
  return joined([
    hasStore(plan) && "the battery stores upwards and gives downwards",
    "import is pale for what the house may draw more",
    hasPeak(plan) && plan.target_w > plan.paid_w + NEAR_W && "red above what is paid",
    plan.spans.some(({ known }) => !known) && "pale prices are supposed",
  ]);
}

function hasStore({ spans }) {
  return spans.some(({ battery_w }) => battery_w != null);
}

/** Two days: the price, a lane for each car and the battery, what is drawn against the target, and the hours. */
function drawPlan(picture, plan) {
  const from = Date.parse(plan.spans[0].start);
  const until = Math.min(Date.parse(plan.spans[plan.spans.length - 1].end), from + AHEAD_S * 1000);
  const x = (instant) => LEFT + ((WIDE - LEFT) * (Math.min(Math.max(Date.parse(instant), from), until) - from)) / (until - from);
  const spans = plan.spans.filter(({ start }) => Date.parse(start) < until);
  const cars = [...new Set([...plan.blocks.map(({ device }) => device).filter((name) => name !== BATTERY), ...plan.served.map(({ car }) => car)])];
  const parts = [];
  let top = drawPrice(parts, spans, x, 4) + 6;
  for (const car of cars) top = drawLane(parts, plan, spans, x, top, car);
  if (hasStore(plan)) top = drawStore(parts, plan, spans, x, top);
  top = drawGrid(parts, plan, spans, x, top + 4);
  top = drawHours(parts, from, until, x, top);
  picture.setAttribute("viewBox", `0 0 ${WIDE} ${top}`);
  picture.replaceChildren(...parts);
}

function shape(name, kind, attributes, text) {
  const found = document.createElementNS(SVG, name);
  found.setAttribute("class", kind);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, typeof value === "number" ? value.toFixed(1) : value);
  if (text != null) found.textContent = text;
  return found;
}

function label(parts, top, text) {
  parts.push(shape("text", "label", { x: LEFT - 5, y: top }, text));
}

/** A bar for a stretch of time, from a height up or down. */
function block(x, { start, end }, top, height, kind) {
  const left = x(start);
  return shape("rect", kind, { x: left, y: top, width: Math.max(0.6, x(end) - left), height: Math.max(0, height) });
}

/** Prices as bars; below the zero line where they are negative. */
function drawPrice(parts, spans, x, top) {
  const prices = spans.map(({ import_eur_kwh }) => import_eur_kwh).filter(Number.isFinite);
  const most = Math.max(0, ...prices);
  const least = Math.min(0, ...prices);
  const high = PRICE_HIGH / (most - least || 1);
  const zero = top + most * high;
  for (const one of spans) {
    const value = (one.import_eur_kwh ?? 0) * high;
    parts.push(block(x, one, Math.min(zero, zero - value), Math.abs(value), one.known ? "price" : "price supposed"));
  }
  label(parts, top + 8, `${most.toFixed(3)}${NBSP}€`);
  if (least < 0) label(parts, top + PRICE_HIGH, least.toFixed(3));
  parts.push(shape("line", "axis", { x1: LEFT, x2: WIDE, y1: zero, y2: zero }));
  return top + PRICE_HIGH;
}

function drawLane(parts, plan, spans, x, top, car) {
  const bottom = top + LANE_HIGH;
  const most = Math.max(1, ...spans.map(({ cars_w }) => cars_w[car] ?? 0));
  label(parts, bottom - 4, (plan.titles?.[car] || car).slice(0, 10));
  parts.push(shape("line", "axis", { x1: LEFT, x2: WIDE, y1: bottom, y2: bottom }));
  for (const one of spans) {
    const height = ((LANE_HIGH - 5) * (one.cars_w[car] ?? 0)) / most;
    if (height > 0) parts.push(block(x, one, bottom - height, height, "used"));
  }
  for (const { car: whose, trip, until, short_wh } of plan.served) {
    const isSeen = whose === car && trip && x(until) > LEFT;
    if (isSeen) parts.push(shape("line", short_wh > SHORT_WH ? "ready late" : "ready", { x1: x(until), x2: x(until), y1: top + 2, y2: bottom }));
  }
  return bottom;
}

function drawStore(parts, plan, spans, x, top) {
  const high = LANE_HIGH * 0.6;
  const zero = top + 4 + high;
  const most = Math.max(1, ...spans.map(({ battery_w }) => Math.abs(battery_w ?? 0)));
  label(parts, zero + 4, plan.titles?.[BATTERY] || BATTERY);
  parts.push(shape("line", "axis", { x1: LEFT, x2: WIDE, y1: zero, y2: zero }));
  for (const one of spans) {
    const height = (high * (one.battery_w ?? 0)) / most;
    if (height) parts.push(block(x, one, Math.min(zero, zero - height), Math.abs(height), height > 0 ? "stores" : "gives"));
  }
  return zero + high;
}

function drawGrid(parts, plan, spans, x, top) {
  const lines_w = hasPeak(plan) ? [plan.target_w, plan.paid_w] : [];
  const counts = spans.map((one) => one.counts_w * ofQuarter(one)).filter(Number.isFinite);
  const most = 1.05 * Math.max(1000, ...lines_w, ...counts);
  const bottom = top + GRID_HIGH;
  const y = (power_w) => bottom - (GRID_HIGH * Math.max(0, power_w)) / most;
  const billed = month(plan.made);
  const later = plan.spans.filter(({ start, target_w }) => target_w != null && month(start) !== billed);
  const next_w = Math.min(...later.map(({ target_w }) => target_w)); // what the next month starts with
  for (const one of spans) {
    const most_w = month(one.start) === billed ? plan.paid_w : next_w;
    const [counts_w, grid_w] = [one.counts_w, one.grid_w].map((power_w) => power_w * ofQuarter(one));
    const isOver = hasPeak(plan) && counts_w > most_w + NEAR_W;
    for (const [power_w, kind] of [[counts_w, "counts"], [grid_w, "draws"]]) {
      const edge = isOver ? Math.max(y(power_w), y(most_w)) : y(power_w);
      parts.push(block(x, one, edge, bottom - edge, kind));
      if (edge > y(power_w)) parts.push(block(x, one, y(power_w), edge - y(power_w), `${kind} over`));
    }
  }
  label(parts, bottom - 2, "import");
  parts.push(shape("line", "axis", { x1: LEFT, x2: WIDE, y1: bottom, y2: bottom }));
  if (hasPeak(plan)) {
    const isHigher = plan.target_w > plan.paid_w + NEAR_W;
    for (const [power_w, kind] of isHigher ? [[plan.paid_w, "paid"], [plan.target_w, "target"]] : [[plan.target_w, "target"]]) {
      parts.push(shape("line", kind, { x1: LEFT, x2: WIDE, y1: y(power_w), y2: y(power_w) }));
      label(parts, y(power_w) + 3, kw(power_w));
    }
  }
  return bottom;
}

/** How much of a quarter a stretch is: the running one has only its rest, and counts as a whole. */
function ofQuarter({ start, end }) {
  return Math.min(1, (Date.parse(end) - Date.parse(start)) / (QUARTER_S * 1000));
}

function drawHours(parts, from, until, x, top) {
  const hour = 3600 * 1000;
  for (let at = Math.ceil(from / hour) * hour; at < until; at += hour) {
    const instant = new Date(at).toISOString();
    const there = Number(clock(instant).slice(0, 2));
    if (there % HOURS) continue;
    const text = there ? String(there).padStart(2, "0") : day(instant).slice(0, 3);
    if (x(instant) < WIDE - 14) parts.push(shape("text", "hour", { x: x(instant), y: top + 12 }, text));
    parts.push(shape("line", there ? "tick" : "tick midnight", { x1: x(instant), x2: x(instant), y1: 4, y2: top }));
  }
  return top + 16;
}
