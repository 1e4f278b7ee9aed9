/* What ev says → its cards: budget, chargers, plan, cars, trips. */
"use strict";

const FAST_MIN = 60;
const MOST_TRIPS = 6;
const MOST_NAMED = 3; // that are in no plan; more are counted
const MANY = 6; // chargers of more than these are changed one by one
const PLUGS = { empty: "no car", connected: "plugged in", charging: "charging", fault: "fault", unknown: UNKNOWN };

function showCharging(root, charging, plan) {
  const { at, chargers, cars, trips } = charging;
  const titles = Object.fromEntries(cars.map((car) => [car.name, car.title || car.name]));
  const manual = charging.capacity_tariff ? MANUAL : { ...MANUAL, ...CONNECTED };
  showBudget(root.querySelector("[aria-label=budget]"), charging);
  showCircuits(root.querySelector("[aria-label=circuits]"), charging);
  list(root.querySelector("#chargers"), chargers, {
    template: "charger",
    key: (charger) => charger.name,
    born: bornCharger,
    show: (card, charger) => showCharger(card, charger, { at, titles, manual, isOneOfMany: chargers.length > MANY }),
  });
  const own = charging.plan.map((one) => chargeText(one, at, titles));
  showAhead(root, plan, { at, own, devices: (name) => name !== BATTERY, left: unplannedText(chargers) });
  list(root.querySelector("#cars"), cars, {
    template: "car",
    key: (car) => car.name,
    born: bornCar,
    show: showCar,
  });
  const shown = trips.slice(0, MOST_TRIPS);
  const more = trips.length - shown.length;
  const none = trips.length ? (more ? `and ${more} more` : "") : "no trip is ahead";
  write(root, { none });
  list(root.querySelector("#trips"), shown, {
    template: "trip",
    show: (item, trip) => showTrip(item, trip, at, titles),
  });
  lines(root.querySelector("#calendars"), charging.calendars.map(calendarText));
}

/** The chargers whose car no plan has, as their owner wants something else of them. */
function unplannedText(chargers) {
  const others = chargers.filter(({ plug, mode }) => ["connected", "charging"].includes(plug) && mode !== "auto");
  const named = joined(others.map(({ name, mode }) => `${name} is in ${mode}`));
  const told = others.length <= MOST_NAMED ? named : `${others.length} chargers are not in auto`;
  return others.length ? `${told}, and in no plan` : "";
}

/** A block of ev's own plan. */
function chargeText({ car, start, end, power_w, eur_kwh, trip }, at, titles) {
  const price = eur_kwh == null ? "" : `at ${eur_kwh.toFixed(4)}${NBSP}€/kWh`;
  const what = `${near(start, at)} to ${clock(end)} ${titles[car] ?? car} ${kw(power_w)}`;
  return joined([what, price, trip && `for ${trip}`]);
}

function showBudget(card, { budget, help, at, capacity_tariff }) {
  card.hidden = !budget;
  if (!budget) return;
  const { used_w, granted_w, target_w, until, trouble } = budget;
  write(card, {
    until: until ? `until ${clock(until)}` : "",
    budget: budgetText(used_w, granted_w),
    target: target_w == null ? "" : `the quarter's ${capacity_tariff ? "target" : "limit"} is ${kw(target_w)}`,
    trouble,
    help: help ? `the battery is asked for ${kw(help.power_w)} until ${near(help.until, at)}: ${help.why}` : "",
  });
  piece(card, "bar").hidden = granted_w == null || used_w == null;
  stroke(piece(card, "bar"), { used: granted_w ? used_w / granted_w : 0 });
}

function budgetText(used_w, granted_w) {
  const used = used_w == null ? "what is used is not known" : `${kw(used_w)} used`;
  if (granted_w == null) return `${used}; no grant is alive`;
  return used_w == null ? `${kw(granted_w)} granted; ${used}` : `${used} of ${kw(granted_w)} granted`;
}

function bornCharger(card, charger) {
  const change = piece(card, "change");
  card.classList.add("brief");
  change.onclick = () => showChange(card, card.classList.toggle("brief"));
  for (const button of card.querySelectorAll(".modes button")) {
    button.onclick = () => ask(card, "set_mode", { charger, mode: button.value });
  }
  const boost = piece(card, "boost");
  boost.onclick = () => ask(card, "boost", { charger, minutes: boost.value === "end" ? 0 : FAST_MIN });
  choiceField(piece(card, "car"), (car) => ask(card, "set_car", { charger, car }));
  choiceField(piece(card, "wish"), (phases) => ask(card, "set_phases", { charger, phases }));
}

function showChange(card, isBrief) {
  write(card, { change: isBrief ? "change it" : "leave it" });
  piece(card, "change").setAttribute("aria-expanded", String(!isBrief));
}

function showCharger(card, charger, { at, titles, manual, isOneOfMany }) {
  const { plug, mode, plug_in, boost_until, silent_s } = charger;
  const isSilent = silent_s != null;
  const isCar = plug === "connected" || plug === "charging";
  const isRead = isCar && !isSilent; // what a silent one drew last may have ended long ago
  card.classList.toggle("runs", plug === "charging" && !isSilent);
  write(card, {
    name: charger.name,
    state: isSilent ? `silent for ${span(silent_s)}` : PLUGS[plug],
    why: charger.why,
    power: isRead ? kw(charger.power_w) : "",
    offers: isRead ? offerText(charger) : "",
    takes: isRead ? takesText(charger) : "",
    plugin: plug_in ? plugInText(plug_in, at) : "",
    fault: charger.fault,
    warning: charger.warning,
    manual: manual[mode],
    boost: boost_until ? `fast until ${near(boost_until, at)}: end it` : "fast for an hour",
  });
  if (!isOneOfMany) card.classList.remove("brief");
  showChange(card, card.classList.contains("brief"));
  if (!isOneOfMany) piece(card, "change").hidden = true;
  piece(card, "bar").hidden = !plug_in?.energy_wh;
  if (plug_in?.energy_wh) {
    const { energy_wh, sun_wh, battery_wh, grid_wh } = plug_in;
    stroke(piece(card, "bar"), { sun: sun_wh / energy_wh, battery: battery_wh / energy_wh, grid: grid_wh / energy_wh });
  }
  piece(card, "boost").value = boost_until ? "end" : "start";
  piece(card, "boost").setAttribute("aria-pressed", String(Boolean(boost_until)));
  for (const button of card.querySelectorAll(".modes button")) {
    button.setAttribute("aria-pressed", String(button.value === mode));
  }
  piece(card, "cable").hidden = !isCar;
  choose(piece(card, "car"), [...Object.entries(titles), ["", "a guest"]], charger.car ?? "");
  piece(card, "phases").hidden = !charger.switches;
  choose(piece(card, "wish"), ["auto", "1", "3"].map((word) => [word, word]), charger.wish);
}

function offerText({ offered_a, phases, set_a, go }) {
  if (offered_a == null) return set_a == null || !go ? "" : `told to offer ${amperes(set_a)}`;
  if (offered_a === 0) return "offers nothing";
  return joined([`offers ${amperes(offered_a)}`, phases && `on ${count(phases, "phase")}`], " ");
}

function takesText({ phases_a }) {
  return phases_a ? `the car takes ${phases_a.map((current_a) => current_a.toFixed(1)).join(" · ")}${NBSP}A` : "";
}

function plugInText({ since, energy_wh, sun_wh, battery_wh, grid_wh, eur, stops }, at) {
  const shares = Object.entries({ sun: sun_wh, battery: battery_wh, grid: grid_wh });
  const known = shares.filter(([, wh]) => wh >= 50).map(([name, wh]) => `${kwh(wh)} ${name}`);
  return joined([
    `${kwh(energy_wh)} since ${near(since, at)}`,
    ...known,
    eur == null ? "" : euro(eur),
    stops && count(stops, "stop"),
  ]);
}

function bornCar(card, car) {
  numberField(card, "0 to 100", (soc_pct) => ask(card, "set_soc", { car, soc_pct }));
}

function showCar(card, car) {
  const { soc_pct, target_pct, everyday_pct } = car;
  const byHand = car.source === "typed" && car.confidence === "measured";
  const told = joined([car.source, car.age_s == null ? "" : `${span(car.age_s)} ago`], " ");
  write(card, {
    name: car.title || car.name,
    where: car.charger ? `at ${car.charger}` : "",
    soc: soc_pct == null ? "" : percent(soc_pct),
    age: joined([soc_pct == null ? `how full it is, is ${UNKNOWN}` : byHand ? "" : car.confidence, told]),
    target: target_pct == null ? `${percent(everyday_pct)} is for every day` : `to ${asked(target_pct)}`,
    ask: car.ask,
    trouble: car.trouble,
  });
  piece(card, "bar").hidden = soc_pct == null;
  stroke(piece(card, "bar"), { used: soc_pct / 100, mark: (target_pct ?? everyday_pct) / 100 });
}

function showTrip(item, trip, at, titles) {
  const { ready, energy_wh, latest_start, slack_s } = trip;
  const energy = energy_wh == null ? `energy ${UNKNOWN}` : energy_wh ? `${kwh(energy_wh)} to charge` : "nothing to charge";
  const spare = slack_s == null || !energy_wh ? "" : `${span(Math.abs(slack_s))} ${slack_s < 0 ? "late" : "to spare"}`;
  const needs = [`${asked(trip.target_pct)} by ${near(ready, at)}`, energy];
  const start = [latest_start && energy_wh && `latest start ${near(latest_start, at)}`, spare];
  write(item, {
    title: joined([trip.title || "trip", titles[trip.car] ?? trip.car], " · "),
    departs: near(trip.departs, at),
    needs: joined([trip.ask, ...(trip.said ? start : needs)]), // what it needs stands in ev's own words then
    start: trip.said ? "" : joined(start),
    said: feasibleText(trip),
  });
  piece(item, "said").className = { true: trip.barred ? "warn" : "good", false: "over" }[trip.feasible] ?? "warn";
}

/** Whether the trip can be met, in ev's own words where it has some. */
function feasibleText({ said, feasible, reach_pct, step }) {
  if (said) return said;
  if (feasible == null) return "not known whether in time: type how full the car is";
  if (feasible) return "it will be ready";
  if (step < 5) return "it will be ready, but not under the paid peak";
  return `it will NOT be ready${reach_pct == null ? "" : `: it will have ${percent(reach_pct)}`}`;
}

function calendarText({ name, trips, age_s, trouble }) {
  const age = age_s == null ? "not read yet" : `read ${span(age_s)} ago`;
  return joined([`calendar ${name}: ${count(trips, "trip")}`, age, trouble]);
}
