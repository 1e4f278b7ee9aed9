/* What bs says → its cards: battery, mode, reserve, flow, help, gains, plan. */
"use strict";

function bornStorage(root) {
  const mode = root.querySelector("[aria-label='battery mode']");
  for (const button of mode.querySelectorAll(".modes button")) {
    button.onclick = () => ask(mode, "set_storage", { mode: button.value });
  }
  const reserve = root.querySelector("[aria-label=reserve]");
  numberField(reserve, "0 to 100", (reserve_pct) => ask(reserve, "set_reserve", { reserve_pct }));
  piece(reserve, "byday").onclick = () => ask(reserve, "set_reserve", { reserve_pct: null });
}

function showStorage(root, storage, plan) {
  showBattery(root.querySelector("[aria-label=battery]"), storage);
  showStorageMode(root.querySelector("[aria-label='battery mode']"), storage);
  showReserve(root.querySelector("[aria-label=reserve]"), storage);
  showFlow(root.querySelector("[aria-label=flow]"), storage);
  showHelp(root.querySelector("[aria-label=help]"), storage);
  showGains(root.querySelector("[aria-label=gains]"), storage);
  const own = storage.plan.map((block) => blockText(block, storage.at));
  showAhead(root, plan, { at: storage.at, own, devices: (name) => name === BATTERY, nothing: "nothing is planned for the battery" });
}

function showBattery(card, storage) {
  const { soc_pct, energy_wh, capacity_wh, power_w, floor_pct, reserve_pct, batteries } = storage;
  const isThere = batteries.length > 0;
  const energy = energy_wh == null ? "" : `${(energy_wh / 1000).toFixed(1)} of ${kwh(capacity_wh)}`;
  write(card, {
    state: isThere ? storedText(power_w) : "",
    why: isThere ? storage.why : "no battery is set up in config.py",
    soc: isThere && soc_pct != null ? percent(soc_pct) : "",
    energy: isThere ? (soc_pct == null ? `how full it is, is ${UNKNOWN}` : energy) : "",
    kept: isThere ? keptText(storage) : "",
  });
  card.classList.toggle("runs", Math.abs(power_w ?? 0) >= RESTS_W);
  piece(card, "bar").hidden = !isThere || soc_pct == null;
  stroke(piece(card, "bar"), {
    battery: (soc_pct ?? 0) / 100,
    floor: floor_pct ? floor_pct / 100 : null,
    reserve: reserve_pct > floor_pct ? reserve_pct / 100 : null,
  });
  list(card.querySelector("#batteries"), batteries, {
    template: "battery",
    key: ({ name }) => name,
    show: (item, battery) => showOne(item, battery, batteries.length === 1),
  });
}

function keptText({ floor_pct, reserve_pct }) {
  return joined([
    floor_pct > 0 && `never below ${percent(floor_pct)}`,
    reserve_pct > floor_pct && `${percent(reserve_pct)} kept for the peak`,
  ]);
}

/** One battery; isAlone: what it holds stands above already. */
function showOne(item, battery, isAlone) {
  const { name, soc_pct, power_w, capacity_wh, charge_w, discharge_w, silent_s, set_w, ours } = battery;
  const holds = soc_pct == null ? `how full it is, is ${UNKNOWN}` : percent(soc_pct);
  write(item, {
    name,
    state: silent_s != null ? `silent for ${span(silent_s)}` : set_w == null ? "by itself" : ours ? "" : "not as it was told",
    holds: isAlone ? "" : joined([holds, silent_s == null && storedText(power_w)]),
    limits: joined([kwh(capacity_wh), `stores ${kw(charge_w)} and gives ${kw(discharge_w)} at most`]),
    fault: battery.fault,
    warning: battery.warning,
  });
}

function showStorageMode(card, { mode, batteries }) {
  card.hidden = !batteries.length;
  write(card, { manual: STORING[mode] });
  for (const button of card.querySelectorAll(".modes button")) {
    button.setAttribute("aria-pressed", String(button.value === mode));
  }
}

function showReserve(card, { reserve_pct, floor_pct, reserve_set, reserve_learned, batteries, capacity_tariff }) {
  card.hidden = !batteries.length || !capacity_tariff;
  const by = reserve_set ? "set by you" : reserve_learned ? "as the last weeks needed" : "by the time of day";
  write(card, { reserve: `${reserve_pct > floor_pct ? percent(reserve_pct) : "none now"}, ${by}` });
  piece(card, "byday").setAttribute("aria-pressed", String(!reserve_set));
}

/** Each with its power as a length; unknown is no length. */
function showFlow(card, { flow, hold_sun_w }) {
  const { sun_w, grid_w, battery_w, house_w, cars_w, measured } = flow;
  const rows = [
    ["sun", sun_w, sun_w == null || measured ? "" : "left over"],
    ["grid", grid_w, grid_w == null ? "" : grid_w < 0 ? "injected" : "taken"],
    ["battery", battery_w, battery_w == null ? "" : storedText(battery_w).split(" ")[0]],
    ["house", house_w, ""],
    ["cars", cars_w, ""],
  ];
  const most_w = Math.max(1, ...rows.map(([, power_w]) => Math.abs(power_w ?? 0)));
  list(card.querySelector("#flow"), rows, {
    template: "flowing",
    show: (row, [name, power_w, way]) => {
      write(row, { name, power: power_w == null ? "?" : watts(Math.abs(power_w)), way });
      stroke(piece(row, "bar"), { used: power_w == null ? null : Math.abs(power_w) / most_w });
    },
  });
  write(card, {
    unmeasured: measured || sun_w == null ? "" : "no inverter is read: the sun is what house and cars leave over",
    held: hold_sun_w == null ? "" : `the sun is to be held back to ${kw(hold_sun_w)}`,
  });
}

function showHelp(card, { help, refused, can_help_w, granted_w, quarter_w, capacity_tariff, claims, at }) {
  const given = help && `${kw(help.power_w)} to the cars until ${near(help.until, at)}, ${kwh(help.energy_wh)} at most`;
  const could = can_help_w > 0 ? `the cars ask for none; ${kw(can_help_w)} could be given` : "the cars ask for none";
  const none = claims && claims.length ? "no grant is alive" : "nothing is asked of the grid";
  write(card, {
    help: help ? `${given}: ${help.why}` : refused ? "" : could,
    refused: refused && !help ? `no help: ${refused}` : "",
    granted: granted_w == null ? none : `${kw(granted_w)} granted to store`,
    target: quarter_w == null ? "" : `the quarter's ${capacity_tariff ? "target" : "limit"} is ${kw(quarter_w)}`,
  });
}

function showGains(card, { today, month: running, capacity_tariff: hasPeaks }) {
  const periods = [today && ["Today", today], running && [month(running.since), running]].filter(Boolean);
  write(card, { nothing: periods.length ? "" : "nothing is counted yet" });
  list(card.querySelector("#gains"), periods, {
    template: "period",
    show: (item, period) => showPeriod(item, period, hasPeaks),
  });
}

function showPeriod(item, [name, gains], hasPeaks) {
  const { cycles, charged_wh, discharged_wh, losses_wh, arbitrage_eur, wear_eur, peak_w, peak_eur, unpriced_wh } = gains;
  const saved = peak_eur == null ? "" : `${euro(peak_eur)} over the next 12 bills`;
  const without = gains.without_w == null ? "" : `${kw(gains.without_w)} without the battery`;
  write(item, {
    name,
    cycles: `${cycles.toFixed(2)} cycles`,
    energy: joined([
      `${kwh(charged_wh)} stored`,
      `${kwh(discharged_wh)} given`,
      losses_wh != null && `${kwh(losses_wh)} lost`,
    ]),
    money: `${euro(arbitrage_eur)} by price, ${euro(wear_eur)} of wear`,
    peak: hasPeaks && peak_w != null ? joined([`peak ${kw(peak_w)}`, without, saved]) : "",
    unpriced: unpriced_wh > 0 ? `${kwh(unpriced_wh)} had no price` : "",
  });
}

/** A block of bs's own plan. */
function blockText({ start, end, power_w, soc_pct, eur_kwh }, at) {
  const price = eur_kwh == null ? "" : `at ${eur_kwh.toFixed(4)}${NBSP}€/kWh`;
  return joined([`${near(start, at)} to ${clock(end)} ${storedText(power_w)}`, price, `then ${percent(soc_pct)}`]);
}
