// The conversation as this phone keeps it, and every change to it: what was said, heard, and still has to be sent.

const SHOWN = 200; // items of the conversation
const SEEN = 400; // message ids, to show none twice

/**
 * @typedef {{label: string, payload: string, number?: number|null}} Choice  `number`: typed, it chooses this
 * @typedef {{id: number, text: string, choices?: Choice[], edit_of?: number|null, at: string, link?: string,
 *   picture?: string, picture_alt?: string, file?: string, file_name?: string}} Message  as the server tells it
 * @typedef {{from: "bot", key: string, ids: number[], live: boolean, text: string, choices: Choice[], at: string,
 *   link: string, picture: string, picture_alt?: string, file: string, file_name: string}} Heard  a message as kept; `live`: its choices may be tapped
 * @typedef {{from: "me", key: string, text: string, at: string, refused?: boolean}} Said
 * @typedef {{id: string, at: string, text?: string, payload?: string, ref?: string, label?: string}} Waiting
 * @typedef {{chat: string, csrf: string, after: number, seen: number[], log: (Heard|Said)[], queue: Waiting[]}} State
 */

/** A conversation in which nothing was said. */
export const fresh = (chat, csrf = "") => ({ chat, csrf, after: 0, seen: [], log: [], queue: [] });

/** Drops what is too old to be shown. */
export function trim(state) {
  state.log = state.log.slice(-SHOWN);
  state.seen = state.seen.slice(-SEEN);
}

/** Puts the typed or tapped `waiting` at the end of the queue. */
export function enqueue(state, waiting) {
  if (waiting.ref && state.queue.some(({ ref }) => ref === waiting.ref)) return; // the second half of a double tap
  if (waiting.text) retireChoices(state);
  state.queue.push(waiting);
}

/** `waiting` was answered with `messages`: what was said moves from the queue into the conversation. */
export function settle(state, waiting, messages) {
  if (!state.queue.some(({ id }) => id === waiting.id)) return absorb(state, messages); // another tab was faster
  state.queue = state.queue.filter(({ id }) => id !== waiting.id);
  const tapped = heard(state, Number(waiting.ref));
  const edited = tapped && messages.some(({ edit_of: id }) => tapped.ids.includes(id));
  if (!edited) {
    retireChoices(state);
    say(state, waiting);
  }
  absorb(state, messages);
}

/** The server will never take `waiting`: it stays visible, marked as not sent. */
export function refuse(state, waiting) {
  state.queue = state.queue.filter(({ id }) => id !== waiting.id);
  say(state, waiting, true);
}

/** Adds what is new among `messages`; an edit replaces the message it names. */
export function absorb(state, messages) {
  for (const message of messages) {
    if (state.seen.includes(message.id)) continue;
    state.seen.push(message.id);
    const { id, text, at, choices = [], link = "", picture = "", picture_alt = "", file = "", file_name = "" } = message;
    const content = { text, choices, link, picture, picture_alt, file, file_name, live: choices.length > 0 };
    const old = message.edit_of && heard(state, message.edit_of);
    if (old) Object.assign(old, content, { ids: [...old.ids, id] });
    else state.log.push({ from: "bot", key: `b${id}`, ids: [id], at, ...content });
  }
}

/** The message that `waiting` taps, while its choices still stand. */
export function tappedBy(state, waiting) {
  const message = waiting.ref ? heard(state, Number(waiting.ref)) : undefined;
  return message?.live ? message : undefined;
}

function heard(state, id) {
  return state.log.find((item) => item.from === "bot" && item.ids.includes(id));
}

function say(state, { id, text, label, at }, refused = false) {
  if (text || label) state.log.push({ from: "me", key: `m${id}`, text: text || label, at, refused });
}

function retireChoices(state) {
  for (const item of state.log) if (item.from === "bot") item.live = false;
}
