// The chat page: ties what is typed and tapped, the server, and the screen together.

import { absorb, enqueue, keepSize, openStore, recallSize, refuse, settle } from "./store.js";
import { createView } from "./view.js";

const SIZES = [18, 22, 26]; // px
const PATIENCE = 20_000; // ms until a request without an answer is tried again
const NEAR = 24; // px from the end that still count as being there

const $ = (id) => document.getElementById(id);
const page = document.body.dataset;
const words = JSON.parse($("words").textContent);
const csrf = document.querySelector("meta[name=csrf]").content;
const [log, field, composer] = [$("log"), $("field"), $("composer")];
const store = openStore(page.persona || "me", page.chat, Number(page.after) || 0);
const view = createView({ log, words, choose, lostFocus });

let byKeyboard = false; // how the last choice was made: the keyboard's focus goes back to the field
let atEnd = true;

// --- the screen ---------------------------------------------------------------------------------------------------

/** Draws the newest state; `follow` scrolls to what was added even when the reader was further up. */
function draw({ follow = false } = {}) {
  const added = view.render(store.read());
  if (added.length) {
    $("more").hidden = true;
    // The first line of the answer comes into sight, and all of it when there is room: the browser stops at the end.
    const first = added.find((node) => node.classList.contains("bot")) ?? added[0];
    if (atEnd || follow) log.scrollTop = first.offsetTop - 16;
  }
  noteEnd();
  if (added.length) $("more").hidden = atEnd;
}

function noteEnd() {
  atEnd = log.scrollHeight - log.clientHeight - log.scrollTop < NEAR;
  if (atEnd) $("more").hidden = true;
}

function toEnd() {
  log.scrollTop = log.scrollHeight;
}

function stayAtEnd() {
  if (atEnd) toEnd();
}

/** The button that held the focus is gone: a keyboard goes on typing, a finger does not want the keyboard to open. */
function lostFocus() {
  (byKeyboard ? field : log).focus({ preventScroll: true });
}

function setSize(size) {
  document.documentElement.dataset.size = size;
  $("smaller").setAttribute("aria-disabled", String(size === SIZES[0]));
  $("larger").setAttribute("aria-disabled", String(size === SIZES.at(-1)));
  fitField();
  stayAtEnd();
}

function stepSize(step) {
  const size = SIZES[SIZES.indexOf(recallSize(SIZES)) + step];
  if (!size) return;
  keepSize(size);
  setSize(size);
}

function fitField() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}

function tell(text, { reopen = false } = {}) {
  const line = $("status").querySelector("p");
  if (line.textContent !== text) line.textContent = text;
  line.hidden = !text;
  $("reopen").hidden = !reopen;
  stayAtEnd();
}

// --- saying something ---------------------------------------------------------------------------------------------

function send(words) {
  store.update((state) => enqueue(state, { id: uuid(), at: new Date().toISOString(), ...words }));
  draw({ follow: true });
  sender.now();
}

function sendField() {
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  store.keepDraft("");
  fitField();
  send({ text });
}

function choose(message, choice, keyboard) {
  byKeyboard = keyboard;
  send({ payload: choice.payload, label: choice.label, ref: String(message.ids.at(-1)) });
}

/** A version 4 UUID; crypto.randomUUID is missing where the page is not served over https. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// --- the server ---------------------------------------------------------------------------------------------------

/** Runs `attempt` when asked; after a failure again and again, 1 s to 1 min apart. */
function retrying(attempt) {
  let [timer, failures] = [0, 0];
  const now = () => {
    clearTimeout(timer);
    failures = 0;
    attempt();
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(attempt, Math.min(60_000, 1000 * 2 ** failures) * (0.75 + Math.random() / 2));
    failures += 1;
  };
  const worked = () => {
    failures = 0;
  };
  return { now, later, worked };
}

const sender = retrying(sendQueue);
const listener = retrying(listen);
let sending = false;
let ended = false;
let stream = null;
let held = []; // heard while a request was under way: shown after its own answer, so that nothing swaps places

/** Sends what waits, in order, one at a time; the id makes a second attempt harmless. */
async function sendQueue() {
  if (sending || ended) return;
  sending = true;
  let waiting;
  while ((waiting = store.read().queue[0])) {
    const { outcome, messages } = await post(waiting);
    if (outcome === "ended") {
      ended = true;
      stream?.close();
    }
    if (outcome === "ended" || outcome === "later") break;
    store.update((state) => (outcome === "refused" ? refuse(state, waiting) : settle(state, waiting, messages)));
    sender.worked();
    draw({ follow: true });
  }
  sending = false;
  if (waiting && !ended) sender.later();
  hear(held.splice(0));
  explain();
}

/** One attempt: "answered" with its messages, "later", "refused" (never will), or "ended" (the session). */
async function post({ at: _, ...waiting }) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), PATIENCE);
  try {
    const response = await fetch("/chat/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify(waiting),
      signal: control.signal,
    });
    if (response.ok) return { outcome: "answered", messages: [...(await response.json()).messages] };
    if ([401, 403].includes(response.status)) return { outcome: "ended" };
    return { outcome: [400, 413, 422].includes(response.status) ? "refused" : "later" };
  } catch {
    return { outcome: "later" }; // no network, too slow, or a page of somebody else's Wi-Fi instead of an answer
  } finally {
    clearTimeout(timer);
  }
}

/** Says in plain words why something still waits, or nothing. */
function explain() {
  if (ended) tell(words.ended, { reopen: true });
  else if (!navigator.onLine) tell(words.offline);
  else tell(store.read().queue.length && !sending ? words.busy : "");
}

/** Opens the stream of messages that come by themselves, from the last one this phone has had. */
function listen() {
  stream?.close();
  if (ended) return;
  stream = new EventSource(`/chat/events?after=${store.read().after}`);
  stream.addEventListener("open", listener.worked);
  stream.addEventListener("message", (event) => {
    const message = JSON.parse(event.data);
    if (sending) held.push(message);
    else hear([message]);
  });
  stream.addEventListener("error", () => {
    stream.close();
    listener.later();
  });
}

function hear(messages) {
  if (!messages.length) return;
  store.update((state) => {
    absorb(state, messages);
    state.after = Math.max(state.after, ...messages.map(({ id }) => id));
  });
  draw();
}

function reconnect() {
  listener.now();
  sender.now();
  explain();
}

// --- events -------------------------------------------------------------------------------------------------------

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  sendField();
});
field.addEventListener("input", () => {
  store.keepDraft(field.value);
  fitField();
});
field.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.keyCode === 229; // Telex and VNI finish a word with Enter
  if (event.key !== "Enter" || event.shiftKey || composing) return;
  event.preventDefault();
  sendField();
});
$("smaller").addEventListener("click", () => stepSize(-1));
$("larger").addEventListener("click", () => stepSize(1));
$("more").addEventListener("click", toEnd);
$("restart").addEventListener("click", () => send({ payload: "start:", label: "", ref: "" }));
$("reopen").addEventListener("click", () => location.reload());
$("clear").addEventListener("click", () => {
  $("sure").returnValue = "";
  $("sure").showModal();
});
$("sure").addEventListener("close", () => {
  if ($("sure").returnValue !== "clear") return;
  store.update((state) => Object.assign(state, { log: [] }));
  draw();
});
log.addEventListener("scroll", noteEnd, { passive: true });
log.addEventListener("load", stayAtEnd, true); // a picture has arrived and taken its room
addEventListener("resize", stayAtEnd);
addEventListener("online", reconnect);
addEventListener("offline", explain);
addEventListener("pagehide", () => stream?.close());
addEventListener("pageshow", (event) => event.persisted && reconnect());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && reconnect());
store.watch(() => {
  draw();
  sender.now();
});

// --- opening ------------------------------------------------------------------------------------------------------

field.value = store.draft();
setSize(recallSize(SIZES));
draw();
toEnd();
log.setAttribute("aria-live", "polite"); // from here on: what was there already is not read out again
const known = store.read();
const invited = page.start !== "start:";
if (invited) history.replaceState(null, "", location.pathname);
if (invited || (!known.log.length && !known.queue.length)) send({ payload: page.start, label: "", ref: "" });
reconnect();
