/* Joins the parts: what the door hears is drawn, and what is pressed is told, with the answer beside what was pressed. */
"use strict";

const TITLES = { dm: "The house", ev: "The cars", bs: "The battery" };
const PROTOCOL = 1;
const ANSWER_S = 10; // that what was done stands there; then the state says what holds

/** The newest of each kind of message. */
const newest = {};

/** Tell an order and show what became of it on its card; one after the other for each card. */
function ask(card, name, fields) {
  return (card.asked = Promise.resolve(card.asked).then(() => askNow(card, name, fields)));
}

async function askNow(card, name, fields) {
  card.setAttribute("aria-busy", "true");
  showAnswer(card, "asking", "telling it …");
  const answer = await tell(name, fields);
  const isDone = answer.type === "done";
  if (isDone) showAnswer(card, "good", answer.what);
  else showAnswer(card, "over", `not done: ${answer.why}`);
  card.removeAttribute("aria-busy");
  return isDone;
}

/** What became of what was pressed. What was done leaves by itself, a refusal stays until the next press. */
function showAnswer(card, kind, text) {
  const output = card.querySelector("output");
  output.className = kind;
  output.textContent = text;
  clearTimeout(card.leaves);
  if (kind === "good") card.leaves = setTimeout(() => showAnswer(card, "", ""), ANSWER_S * 1000);
}

/** The field of a card for a number; tells: an order, whether it was carried out. */
function numberField(card, range, tells) {
  const form = card.querySelector("form");
  const field = form.querySelector("input");
  form.onsubmit = async (event) => {
    event.preventDefault();
    const number = typed(field.value);
    if (Number.isNaN(number)) {
      showAnswer(card, "over", `not done: type a number, ${range}`);
    } else if (await tells(number)) {
      field.value = "";
      field.blur();
    }
  };
}

function hear(message) {
  newest[message.type] = message;
  const { hello, house, rates, charging, storage, plan } = newest;
  switch (message.type) {
    case "hello":
      document.title = TITLES[message.program] ?? message.program;
      write(document.body, { title: document.title });
      break;
    case "house":
    case "rates":
      if (house) showHouse(shown("house"), house, rates, plan);
      break;
    case "charging":
      showCharging(shown("charging"), charging, plan);
      break;
    case "storage":
      showStorage(shown("storage"), storage, plan);
      break;
    case "plan":
      if (house) showHouse(shown("house"), house, rates, plan);
      if (charging) showCharging(shown("charging"), charging, plan);
      if (storage) showStorage(shown("storage"), storage, plan);
      break;
  }
  const isState = [house, charging, storage].includes(message);
  if (isState) document.body.classList.remove("lost");
  if (hello && hello.protocol !== PROTOCOL) showLine("this page is of another version than the program: open it anew");
  else if (isState) showState(message);
}

function shown(name) {
  const main = document.getElementById(name);
  main.hidden = false;
  return main;
}

/** What holds for each program's state: of when it is, whether it is a demo, what else the owner should know. */
function showState({ at, said, demo, notices, link }) {
  write(document.body, { time: SECONDS.format(new Date(at ?? said)), demo: demo ? "demo" : "" });
  lines(document.getElementById("notes"), Object.values(notices));
  showLine(link && link.state !== "good" ? linkText(link, said) : "");
}

/** What is wrong with the line to the meter, since when and why. */
function linkText({ state, since, why }, said) {
  const from = since ? ` since ${near(since, said)}` : "";
  const what = { waiting: "no telegram yet", silent: "the meter is silent", ended: "the recording is over" }[state];
  return `${what}${from}${why ? `: ${why}` : ""}`;
}

/** What is wrong, and of when what is shown then is. Read aloud when it changes, so no seconds count in it. */
function showLine(text, old = "") {
  for (const [name, said] of Object.entries({ line: text, old })) {
    const place = document.getElementById(name);
    if (place.textContent !== said) place.textContent = said;
    place.hidden = !said;
  }
}

/** The line to the program came, went, or is still gone. Until it says a state anew, what is shown is old. */
function showDoor() {
  const state = newest.house ?? newest.charging ?? newest.storage;
  document.body.classList.toggle("lost", !door.isOpen || Boolean(state));
  const of = state && `what you see is of ${SECONDS.format(new Date(state.at ?? state.said))}`;
  if (door.isOpen) {
    showLine(state ? "connected again; nothing was said since" : "connected; nothing was said yet", of);
  } else if (state) {
    showLine(joined(["connection lost", door.why], ": "), `${of}; the line went ${span(door.lostS)} ago`);
  } else {
    showLine(door.why ? `not connected: ${door.why}` : "connecting …");
  }
}

addEventListener("error", ({ message }) => showLine(`this page has a fault of its own: ${message}; open it anew`));
tidyAddress();
bornAccept(document.getElementById("accept"));
bornStorage(document.getElementById("storage"));
const door = new Door(hear, showDoor);
