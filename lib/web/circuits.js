/* The circuits that ev says → one card: a tree that folds, with what flows and may by phase, and what holds each charger. */
"use strict";

const NEAR = 0.9; // of a limit
const OVER = 1.005;
const LAPSES_S = 10; // a lease is renewed each second; one that ends so soon will lapse
const UNFOLDED = 12; // chargers up to which all circuits stand open at first
const MODEST = 2; // chargers of a home, whose connection stands below them
const ENDED = ["target reached", "car ended", "nothing to do"];
const SHARES = {
  equal: "all alike",
  proportional: "each the same part of what it could take",
  fifo: "first come, first served",
  station: "in your order",
  priority: "by priority",
  laxity: "least time to spare first",
  relative: "least part of its time to spare first",
  ramp: "all alike, up by a kilowatt at a time",
};

function showCircuits(card, { circuits, chargers, at }) {
  card.hidden = !circuits.length;
  card.classList.toggle("modest", circuits.length === 1 && chargers.length <= MODEST);
  const roots = tree(circuits, new Map(chargers.map((charger) => [charger.name, charger])));
  const few = chargers.length <= UNFOLDED;
  listCircuits(card.querySelector("#tree"), roots, (node) => few || node === roots[0] || node.below.length > 0, at);
}

/** Circuits with those below them; opens: whether one that is new stands open. */
function listCircuits(root, nodes, opens, at) {
  const named = new Map(nodes.map((node) => [node.circuit.name, node]));
  list(root, nodes, {
    template: "circuit",
    key: ({ circuit }) => circuit.name,
    born: (item, name) => {
      item.querySelector("details").open = opens(named.get(name));
    },
    show: (item, node) => {
      showCircuit(item, node, at);
      listCircuits(item.querySelector(".below"), node.below, opens, at);
    },
  });
}

/** The circuits that hang on no other, each with its chargers, those below it, and what all of these do. */
function tree(circuits, told) {
  const nodes = new Map();
  const every = circuits.map((circuit) => {
    const members = circuit.chargers.map((name) => told.get(name)).filter(Boolean);
    const node = { circuit, members, below: [], counts: counts(members, circuit.waiting), above: nodes.get(circuit.above) };
    node.above?.below.push(node);
    if (!nodes.has(circuit.name)) nodes.set(circuit.name, node);
    return node;
  });
  for (const { above, counts: own } of [...every].reverse()) {
    if (above) for (const does of Object.keys(own)) above.counts[does] += own[does];
  }
  return every.filter(({ above }) => !above);
}

function counts(members, waiting) {
  const found = { fault: 0, charge: 0, wait: 0, silent: 0, rest: 0 };
  for (const { name, plug, silent_s, place } of members) {
    if (plug === "fault") found.fault += 1;
    else if (silent_s != null) found.silent += 1;
    else if (place || waiting.includes(name)) found.wait += 1;
    else if (plug === "charging") found.charge += 1;
    else found.rest += 1;
  }
  return found;
}

/** "3 charge, 2 wait, 1 silent"; of chargers that do nothing only where all do. */
function countsText({ fault, charge, wait, silent, rest }) {
  const said = [
    fault && `${fault} FAULT`,
    charge && `${charge} ${charge === 1 ? "charges" : "charge"}`,
    wait && `${wait} ${wait === 1 ? "waits" : "wait"}`,
    silent && `${silent} silent`,
  ];
  return joined(said) || (rest ? `${rest} idle` : "");
}

function showCircuit(item, { circuit, members, counts, above }, at) {
  const isOwn = above?.circuit.profile !== circuit.profile; // what is as above needs no word
  write(item, {
    name: circuit.name,
    counts: countsText(counts),
    shares: joined([isOwn && `shared ${SHARES[circuit.profile]}`, otherText(circuit.other_a)], "; "),
    follows: circuit.follows
      ? `${circuit.until ? `until ${near(circuit.until, at)} ` : ""}its limit comes from ${circuit.follows}`
      : "",
    trouble: circuit.trouble,
  });
  list(item.querySelector(".gauges"), gauges(circuit), { template: "gauge", show: showGauge });
  list(item.querySelector(".members"), members, {
    template: "member",
    key: ({ name }) => name,
    show: showMember,
  });
}

/** What flows there beside the chargers; nothing of nothing. */
function otherText(other_a) {
  if (other_a == null) return "what else flows there is not known";
  if (!other_a.some(Boolean)) return "";
  return `beside the cars ${other_a.map((current_a) => current_a.toFixed(1)).join(" · ")}${NBSP}A`;
}

/** Each limit with its load: of the phases in A, of the whole in kW. */
function gauges({ phases, limit_w, load_w }) {
  const found = phases.map(({ phase, limit_a, load_a }) => ({ label: `L${phase}`, limit: limit_a, load: load_a, unit: "A" }));
  if (limit_w != null) {
    found.push({ label: "all", limit: limit_w / 1000, load: load_w == null ? null : load_w / 1000, unit: "kW" });
  }
  return found;
}

/** "!" near its limit, "!!" above it. */
function strain({ load, limit }) {
  if (load == null) return "";
  if (load > limit * OVER) return "!!";
  return load >= limit * NEAR && load > 0 ? "!" : "";
}

function showGauge(row, gauge) {
  const { label, limit, load, unit } = gauge;
  const sign = strain(gauge);
  row.className = { "!": "near", "!!": "beyond" }[sign] ?? "";
  const said = load == null ? "?" : load.toFixed(1);
  write(row, { label, load: `${said} of ${Number(limit.toFixed(1))}${NBSP}${unit}${sign && ` ${sign}`}` });
  stroke(piece(row, "bar"), { used: load == null ? null : limit > 0 ? load / limit : load > 0 ? 1 : 0 });
}

function showMember(item, charger) {
  write(item, { name: charger.name, does: doesText(charger), held: joined([heldText(charger), leaseText(charger)]) });
  const { plug, silent_s, place } = charger;
  const lost = plug === "fault" || silent_s != null;
  piece(item, "does").className = lost ? "over" : place ? "warn" : plug === "charging" ? "good" : "quiet";
}

function doesText({ plug, silent_s, place, go, set_a, phases_a, because }) {
  if (plug === "fault") return "FAULT";
  if (silent_s != null) return `silent for ${span(silent_s)}`;
  if (plug === "empty" || plug === "unknown") return PLUGS[plug];
  if (place) return `waits, place ${place}`;
  if (!go && plug !== "charging") return ENDED.includes(because.reason) ? "done" : "paused";
  const told = !go ? amperes(0) : set_a == null ? "?" : amperes(set_a);
  return `told ${told}, draws ${phases_a == null ? "?" : amperes(Math.max(...phases_a))}`;
}

/** What keeps it from more. */
function heldText({ plug, fault, row, place, because, go }) {
  if (plug === "fault") return fault;
  if (plug !== "connected" && plug !== "charging") return "";
  const does = go || plug === "charging";
  if (row && (place || does)) return place ? `no room on ${row}` : `held by ${row}`;
  return because.held || (does ? "" : because.reason);
}

/** How long what it was granted still holds. */
function leaseText({ lease_s, go, plug }) {
  if (lease_s == null) return go && plug === "charging" ? "no lease" : "";
  return `lease ${span(lease_s)}${lease_s < LAPSES_S ? " !" : ""}`;
}
