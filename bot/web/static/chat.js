// The chat page: ties what is typed and tapped, the server, and the screen together.

import { makeInstallable, sendWhenBack } from "./install.js";
import { keepName, openStore, recallName } from "./memory.js";
import { retrying, sendAll, uuid } from "./post.js";
import { makeSizes } from "./sizes.js";
import { absorb, enqueue } from "./store.js";
import { createView } from "./view.js";

const NEAR = 24; // px from the end that still count as being there

const $ = (id) => document.getElementById(id);
const page = document.body.dataset;
const words = JSON.parse($("words").textContent);
const [log, field, composer] = [$("log"), $("field"), $("composer")];
const view = createView({ log, words, choose, lostFocus });

let alone = !page.chat; // the page came without a server: from the phone's own memory
const name = alone ? recallName() : page.persona || "me";
const csrf = document.querySelector("meta[name=csrf]").content;
const store = await openStore(name, page.chat, csrf);

let byKeyboard = false; // how the last choice was made: the keyboard's focus goes back to the field
let atEnd = true;

// --- the screen ---------------------------------------------------------------------------------------------------

/** Draws the newest state; `follow` scrolls to what was added even when the reader was further up. */
function draw({ follow = false } = {}) {
  const added = view.render(store.read(), { stuck: alone || stuck || !navigator.onLine });
  if (added.length) {
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

async function send(words) {
  await store.update((state) => enqueue(state, { id: uuid(), at: new Date().toISOString(), ...words }));
  draw({ follow: true });
  sender.now();
}

async function sendField() {
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  fitField();
  await send({ text });
  store.keepDraft(field.value);
}

function choose(message, choice, keyboard) {
  byKeyboard = keyboard;
  send({ payload: choice.payload, label: choice.label, ref: String(message.ids.at(-1)) });
}

// --- the server ---------------------------------------------------------------------------------------------------

const sender = retrying(sendQueue);
const listener = retrying(listen);
let sending = false;
let stuck = false; // the last attempt to send failed
let ended = false;
let stream = null;
let held = []; // heard while a request was under way: shown after its own answer, so that nothing swaps places

async function sendQueue() {
  if (sending || ended) return;
  if (alone) {
    if (store.read().queue.length) sendWhenBack();
    explain();
    return;
  }
  sending = true;
  const outcome = await sendAll(store, {
    before: () => explain(),
    after() {
      stuck = false;
      sender.worked();
      draw({ follow: true });
    },
  });
  sending = false;
  stuck = outcome === "later";
  if (outcome === "ended") end();
  if (stuck) {
    sender.later();
    sendWhenBack();
    draw();
  }
  await hear(held.splice(0));
  explain();
  if (outcome === "sent" && store.read().queue.length) sender.now(); // typed in the last moment
}

function end() {
  ended = true;
  stream?.close();
  explain();
}

/** Says in plain words why something still waits, or nothing. */
function explain() {
  const waits = store.read().queue.length > 0;
  if (ended) tell(words.ended, { reopen: true });
  else if (!navigator.onLine) tell(words.offline);
  else if (alone) tell(words.unreached);
  else tell(waits && (stuck || !sending) ? words.busy : "");
}

/** Asks the server who this is: "here", "ended" (it does not know this browser any more) or "away". */
async function meet() {
  try {
    const response = await fetch("/chat/session", { signal: AbortSignal.timeout?.(10_000) });
    if (response.status === 401) return "ended";
    if (!response.ok) return "away";
    const session = await response.json();
    await store.belongsTo(session.chat, session.csrf);
    return "here";
  } catch {
    return "away";
  }
}

/** Opens the stream of messages that come by themselves, from the last one this phone has had. */
async function listen() {
  stream?.close();
  if (ended) return;
  if (alone) {
    const met = await meet();
    if (met === "ended") location.reload(); // the server gives a fresh start, and what was typed stays
    if (met !== "here") return listener.later();
    alone = false;
    draw();
    explain();
    sender.now();
  }
  stream?.close();
  stream = new EventSource(`/chat/events?after=${store.read().after}`);
  stream.addEventListener("open", listener.worked);
  stream.addEventListener("message", (event) => {
    const message = JSON.parse(event.data);
    if (sending) held.push(message);
    else hear([message]);
  });
  stream.addEventListener("error", async ({ target }) => {
    target.close();
    if (target !== stream) return;
    if ((await meet()) === "ended") end();
    else listener.later();
  });
}

async function hear(messages) {
  if (!messages.length) return;
  await store.update((state) => {
    absorb(state, messages);
    state.after = Math.max(state.after, ...messages.map(({ id }) => id));
  });
  draw();
}

function reconnect() {
  listener.now();
  sender.now();
  draw();
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
$("more").addEventListener("click", toEnd);
$("restart").addEventListener("click", () => send({ payload: "start:", label: "", ref: "" }));
$("reopen").addEventListener("click", () => location.reload());
$("clear").addEventListener("click", () => {
  $("sure").returnValue = "";
  $("sure").showModal();
});
$("sure").addEventListener("close", async () => {
  if ($("sure").returnValue !== "clear") return;
  await store.update((state) => Object.assign(state, { log: [] }));
  draw();
});
log.addEventListener("scroll", noteEnd, { passive: true });
log.addEventListener("load", stayAtEnd, true); // a picture has arrived and taken its room
addEventListener("resize", stayAtEnd);
addEventListener("online", reconnect);
addEventListener("offline", () => {
  draw();
  explain();
});
addEventListener("pagehide", () => stream?.close());
addEventListener("pageshow", (event) => event.persisted && reconnect());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && reconnect());
store.watch(() => {
  draw();
  sender.now();
});

// --- opening ------------------------------------------------------------------------------------------------------

if (!alone) keepName(name);
if (!field.value) field.value = store.draft();
makeSizes($("smaller"), $("larger"), () => {
  fitField();
  stayAtEnd();
});
draw();
toEnd();
log.setAttribute("aria-live", "polite"); // from here on: what was there already is not read out again
composer.querySelector("button").disabled = false;
makeInstallable($("install"), $("install-hint"));

const code = new URLSearchParams(location.search).get("start") ?? "";
const start = page.start || `start:${/^[\w-]{1,40}$/.test(code) ? code : ""}`;
const invited = start !== "start:";
if (invited) history.replaceState(null, "", location.pathname);
const known = store.read();
if (invited || (!known.log.length && !known.queue.length)) await send({ payload: start, label: "", ref: "" });
reconnect();
