// Sends what waits, in order, one at a time; the id makes a second attempt harmless. The page and the service worker
// do it alike.

import { alone } from "./memory.js";
import { refuse, settle } from "./store.js";

const PATIENCE = 20_000; // ms until a request without an answer is tried again

/** Sends the queue of `store`: "sent" when nothing waits any more, "later", or "ended" (the session).
 *  `before` and `after` are told about every attempt. */
export function sendAll(store, { before = () => {}, after = () => {} } = {}) {
  return alone(async () => {
    let waiting;
    while ((waiting = (await store.refresh()).queue[0])) {
      before(waiting);
      const { outcome, messages } = await post(waiting, store.read().csrf);
      if (outcome === "ended" || outcome === "later") return outcome;
      const now = waiting;
      await store.update((state) => (outcome === "refused" ? refuse(state, now) : settle(state, now, messages)));
      after(waiting);
    }
    return "sent";
  });
}

/** One attempt: "answered" with its messages, "later", "refused" (never will), or "ended" (the session).
 *  How long it waited is told in seconds, so that a phone whose clock is wrong does no harm. */
async function post({ at, ...waiting }, csrf) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), PATIENCE);
  const waited = Math.max(0, (Date.now() - Date.parse(at)) / 1000) || 0;
  try {
    const response = await fetch("/chat/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify({ ...waiting, waited }),
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

/** A version 4 UUID; crypto.randomUUID is missing where the page is not served over https. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Runs `attempt` when asked; after a failure again and again, 1 s to 1 min apart. */
export function retrying(attempt) {
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
