/* The way to the program that serves this page: states come over its websocket, orders go over REST.

   An order is a request of its own, so that its answer is surely its own, has a time limit, and does not wait in a
   websocket that died while the phone slept. */
"use strict";

const OPEN_S = 8; // for a handshake
const WORD_S = 5; // each program says something as often at least
const SILENT_S = 3 * WORD_S;
const ORDER_S = 6; // the program itself answers within five
const FIRST_PAUSE_S = 1;
const LONGEST_PAUSE_S = 30;

/* The token with which this page was asked, if any: the program put it into the address of this file. */
const WAY_IN = new URL(document.currentScript.src).search;

/* With a token a request needs nothing else, and a browser shall not ask for a password behind the page's back. */
const CREDENTIALS = WAY_IN ? "omit" : "same-origin";

/** The address of `path` beside this page, with the token. */
function address(path) {
  return new URL(path + WAY_IN, location.origin + location.pathname);
}

/** A token in the address bar is taken out of it, and kept by the browser as if it had been typed as the password. */
function tidyAddress() {
  if (!new URLSearchParams(location.search).has("token")) return;
  history.replaceState(null, "", location.pathname);
  const password = new URLSearchParams(WAY_IN).get("token");
  const asked = new XMLHttpRequest();
  asked.open("HEAD", new URL(location.pathname, location.origin), true, "me", password);
  asked.send(); // what becomes of it matters only to a later reload
}

/** This instant by both clocks: the page's own stands still while a phone sleeps, the phone's is set now and then. */
function mark() {
  return { own: performance.now(), phone: Date.now() };
}

/** Seconds since a mark, with those that the phone slept. */
function sinceS({ own, phone }) {
  return Math.max(performance.now() - own, Date.now() - phone) / 1000;
}

/** What gives a request up after `seconds`. AbortSignal.timeout is younger than the tablets that hang on walls. */
function patience(seconds) {
  const giving = new AbortController();
  setTimeout(() => giving.abort(), seconds * 1000);
  return giving.signal;
}

/** Tell the program an order; what it answers, {type: "done", what} or {type: "refused", why}. Never throws. */
async function tell(name, fields) {
  try {
    const answer = await fetch(address(`api/orders/${name}`), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(fields),
      credentials: CREDENTIALS,
      signal: patience(ORDER_S),
    });
    const said = await answer.json();
    if (said.what || said.why) return said;
    return { type: "refused", why: `the program does not know this order (${answer.status})` };
  } catch {
    return { type: "refused", why: "no answer came, so nobody knows whether it was carried out" };
  }
}

/** Listens, for ever. */
class Door {
  /** hear(message) for each message; changed() when the line comes or goes. */
  constructor(hear, changed) {
    Object.assign(this, { hear, changed, socket: null, isOpen: false, why: "", pauseS: FIRST_PAUSE_S });
    this.heardAt = this.lostAt = this.awakeAt = mark();
    setInterval(() => this.watch(), 1000);
    for (const event of ["online", "pageshow", "visibilitychange"]) addEventListener(event, () => this.wake());
    addEventListener("pagehide", () => this.lose("the page was left"));
    this.open();
  }

  /** Seconds since the line was lost. */
  get lostS() {
    return sinceS(this.lostAt);
  }

  get silentS() {
    return sinceS(this.heardAt);
  }

  open() {
    clearTimeout(this.again);
    const url = address("ws");
    url.protocol = url.protocol.replace("http", "ws");
    const socket = (this.socket = new WebSocket(url));
    this.heardAt = mark();
    socket.onmessage = ({ data }) => {
      this.notice();
      if (socket === this.socket) this.take(JSON.parse(data));
    };
    socket.onclose = () => this.lose(this.isOpen ? "" : null);
  }

  take(message) {
    this.heardAt = mark();
    if (!this.isOpen) {
      this.isOpen = true;
      this.why = "";
      this.pauseS = FIRST_PAUSE_S;
      this.changed();
    }
    this.hear(message);
  }

  /** The line is gone; it is tried again after a while. why: null when it never stood, and the program is asked. */
  lose(why) {
    if (this.socket) this.socket.onmessage = this.socket.onclose = null;
    this.socket?.close();
    this.socket = null;
    if (this.isOpen) this.lostAt = this.heardAt;
    this.isOpen = false;
    if (why === null) this.askWhy();
    else this.why = why;
    this.changed();
    clearTimeout(this.again);
    this.again = setTimeout(() => this.open(), this.pauseS * 1000);
    this.pauseS = Math.min(2 * this.pauseS, LONGEST_PAUSE_S);
  }

  /** A browser does not tell a page why its websocket was refused; a request is answered. */
  async askWhy() {
    try {
      const options = { method: "HEAD", credentials: CREDENTIALS, signal: patience(OPEN_S) };
      const { status } = await fetch(address("phone"), options);
      const turned = status === 401 || status === 429;
      this.why = turned ? "the token opens nothing any more: open the page anew" : "it takes no listener now";
    } catch {
      this.why = "the program does not answer";
    }
    this.changed();
  }

  /** Once a second: a line on which nothing comes is none. */
  watch() {
    this.notice();
    if (this.socket && this.silentS > (this.isOpen ? SILENT_S : OPEN_S)) this.lose(this.isOpen ? "" : null);
    else if (!this.isOpen) this.changed();
  }

  /** Timers stand still while a phone sleeps: what the page shows then is old, and so is what lies on its line. */
  notice() {
    const hasSlept = sinceS(this.awakeAt) > WORD_S;
    this.awakeAt = mark();
    if (hasSlept) this.wake();
  }

  /** Somebody looks again: what is shown is old until it is said anew, and what was tried meanwhile is tried at once. */
  wake() {
    if (document.visibilityState === "hidden" || (this.isOpen && this.silentS < WORD_S)) return;
    if (this.isOpen) this.lose("");
    this.pauseS = FIRST_PAUSE_S;
    if (this.socket === null) this.open();
  }
}
