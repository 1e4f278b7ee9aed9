/* What dm says → its cards: grid, quarter, who draws what, plan, month peaks, the peak that is accepted. */
"use strict";

function showHouse(root, house, rates, plan) {
  showGrid(root.querySelector("[aria-label=grid]"), house, rates);
  showQuarter(root.querySelector("#quarter"), house);
  showGrants(root.querySelector("[aria-label=grants]"), house);
  showAhead(root, plan, { at: house.at ?? house.said });
  root.querySelector("#peaks").hidden = !house.capacity_tariff;
  showMonths(root.querySelector("[aria-label='month peaks']"), house);
  showAccepted(root.querySelector("#accept"), house);
}

function showGrid(card, house, rates) {
  const { grid_w, at, band, next_band, next_change, link, said } = house;
  const way = grid_w == null ? "" : grid_w < 0 ? "injected" : "taken";
  write(card, {
    band: joined([band, link.state !== "good" && at && `as of ${near(at, said)}`]),
    grid: grid_w == null ? UNKNOWN : watts(Math.abs(grid_w)),
    way,
    sun: sunText(house),
    battery: batteryText(house),
    rate: rateText(house, rates),
    next: next_change && band != null ? `${next_band || "another rate"} from ${near(next_change, at)}` : "",
  });
  card.classList.toggle("injects", grid_w < 0);
}

/** What the inverters give; "" where there is none. */
function sunText({ sun_w, suns = [] }) {
  if (sun_w == null && !suns.length) return "";
  const held = suns.filter(({ limit_w }) => limit_w != null);
  const limit_w = held.reduce((sum, one) => sum + one.limit_w, 0);
  return joined([
    `sun ${sun_w == null ? UNKNOWN : watts(sun_w)}`,
    held.length && `held back to ${watts(limit_w)}`,
    ...suns.filter(({ trouble }) => trouble).map(({ name, trouble }) => `${name}: ${trouble}`),
  ]);
}

/** What the home batteries do together, as bs told dm; "" where there is none. */
function batteryText({ drawn }) {
  const found = drawn.find(({ who }) => who === "battery");
  if (!found) return "";
  return `battery ${found.controlled ? storedText(middle_w(found)) : "out of reach"}`;
}

/** What a kWh costs and earns now; the bands hold what counts. */
function rateText({ band }, rates) {
  const bands = rates?.bands ?? [];
  const now = bands.length === 1 ? bands[0] : bands.find(({ name }) => name === band);
  if (!now) return `the rate is ${UNKNOWN}`;
  const { import_eur_kwh, export_eur_kwh } = now;
  if (import_eur_kwh == null) return `the price is ${UNKNOWN}`;
  const injected = export_eur_kwh == null ? "" : `${export_eur_kwh.toFixed(4)} injected`;
  return joined([`${import_eur_kwh.toFixed(4)}${NBSP}€/kWh taken`, injected]);
}

function showQuarter(card, house) {
  const { quarter, link, said, capacity_tariff: hasPeaks } = house;
  if (!quarter) {
    write(card, { span: "", left: "", forecast: UNKNOWN, ends: "", target: "", peak: "", sofar: "", draw: "" });
    piece(card, "bar").hidden = true;
    return;
  }
  const { start, at, left_s, target_w, used_wh, average_w, forecast_w, gap_w, allowed_w } = quarter;
  const isOver = gap_w != null && gap_w < 0;
  const end = clock(later(start, QUARTER_S));
  write(card, {
    span: `${clock(start)} to ${end}`,
    left: link.state === "good" ? `${span(left_s)} left` : `as of ${near(at, said)}`,
    forecast: kw(forecast_w),
    ends: forecast_w == null ? `forecast, from ${end} on` : "forecast at its end",
    target: joined([`${hasPeaks ? "target" : "limit"} ${kw(target_w)}`, gap_w == null ? "" : gapText(gap_w, hasPeaks)]),
    peak: isOver ? newPeakText(house) : "",
    sofar: `so far ${joined([kw(average_w), used_wh == null ? "" : `${used_wh.toFixed(0)} Wh taken`])}`,
    draw: allowed_w == null ? "" : `may draw ${allowed_w ? kw(allowed_w) : "nothing"} until ${end}`,
  });
  card.classList.toggle("over", isOver);
  piece(card, "bar").hidden = average_w == null;
  const whole_w = Math.max(target_w, forecast_w ?? 0, average_w ?? 0) * 1.1 || 1;
  stroke(piece(card, "bar"), {
    used: average_w / whole_w,
    ahead: forecast_w == null ? null : Math.min(forecast_w, target_w) / whole_w,
    beyond: isOver ? forecast_w / whole_w : null,
    mark: target_w / whole_w,
  });
}

function gapText(gap_w, hasPeaks) {
  if (gap_w >= 0) return `${kw(gap_w)} to spare`;
  return `${kw(-gap_w)} OVER: ${hasPeaks ? "a new peak is in the make" : "more than the connection carries"}`;
}

/** What the peak in the make costs, and whose it is when it was announced. */
function newPeakText({ quarter, months, announced, capacity_tariff }) {
  if (!capacity_tariff) return "";
  const { new_peak_eur } = quarter;
  const cost = new_peak_eur == null ? "" : `NEW PEAK ${peakCost(new_peak_eur, months?.months_billed ?? 12)}`;
  return joined([cost, ...announced.map(({ who, cause }) => `for ${who}: ${cause}`)]);
}

function showGrants(card, { grants, drawn, announced, capacity_tariff: hasPeaks }) {
  const silent = drawn.filter(({ controlled }) => !controlled).map(({ who }) => who);
  const texts = grants.map((grant) => grantText(grant, drawn.find(({ who }) => who === grant.who), hasPeaks));
  texts.push(...silent.map((who) => `${who} is out of reach, and counts with what it had`));
  texts.push(...announced.map(announcedText));
  write(card, { nobody: texts.length ? "" : "nobody asks for power" });
  lines(card.querySelector("#grants"), texts);
}

function grantText({ who, power_w, short, over_w, eur }, draws, hasPeaks) {
  return joined([
    `${who} may draw ${power_w ? kw(power_w) : "nothing"}`,
    draws && (who === "battery" ? storedText(middle_w(draws)) : `draws ${drawnText(draws)}`),
    short && `less than it asked for${hasPeaks ? ", because of the peak" : ""}`,
    over_w > 0 && `${kw(over_w)} above the target${eur == null ? "" : `, which ${peakCost(eur, 12)}`}`,
  ]);
}

function middle_w({ low_w, high_w }) {
  return (low_w + high_w) / 2;
}

function drawnText({ low_w, high_w }) {
  return kw(low_w) === kw(high_w) ? kw(high_w) : `${(low_w / 1000).toFixed(2)} to ${kw(high_w)}`;
}

function announcedText({ who, cause, peak_w, eur }) {
  const cost = eur == null ? "" : `, which ${peakCost(eur, 12)}`;
  return `${who} will raise the month's peak to ${kw(peak_w)} (${cause})${cost}`;
}

function showMonths(card, { months }) {
  if (!months) {
    write(card, { mean: `the month peaks are ${UNKNOWN}`, floor: "", more: "" });
    return;
  }
  const { running, past, month: first, mean_w, floor_w, months_billed, months_known, kw_eur } = months;
  const rows = [running ?? { month: first }, ...past].slice(0, months_billed);
  const most_w = Math.max(floor_w, ...rows.map(({ peak_w }) => peak_w ?? 0));
  list(card.querySelector("#months"), rows, {
    template: "month",
    show: (row, one) => showMonth(row, one, most_w, one === rows[0]),
  });
  const of = months_known < months_billed ? `mean of ${count(months_known, "month")}` : `${months_billed}-month mean`;
  write(card, {
    mean: `${of} ${kw(mean_w)}`,
    floor: `a month counts ${kw(floor_w)} or more`,
    more: kw_eur == null ? "" : `1 kW more ${peakCost(kw_eur, months_billed)}`,
  });
}

function showMonth(row, { month: first, peak_w, at }, most_w, isRunning) {
  write(row, {
    name: month(first),
    peak: peak_w == null ? "none yet" : kw(peak_w),
    when: at && isRunning ? `quarter of ${day(later(at, -QUARTER_S))} ${clock(later(at, -QUARTER_S))}` : "",
  });
  stroke(piece(row, "bar"), { used: peak_w == null ? null : peak_w / most_w });
}

function bornAccept(card) {
  numberField(card, "kW", (peak_kw) => ask(card, "accept_peak", { peak_w: Math.round(peak_kw * 1000) }));
  piece(card, "back").onclick = () => ask(card, "accept_peak", { peak_w: 0 });
}

function showAccepted(card, { accepted_w }) {
  write(card, { accepted: accepted_w ? `${kw(accepted_w)} are accepted` : "" });
  piece(card, "back").hidden = !accepted_w;
}
