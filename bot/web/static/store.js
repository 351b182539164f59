// What this phone remembers: the conversation as shown, and what still has to be sent.

const SHOWN = 200; // items of the conversation
const SEEN = 400; // message ids, to show none twice

/**
 * @typedef {{label: string, payload: string, number?: number|null}} Choice  `number`: typed, it chooses this
 * @typedef {{id: number, text: string, choices?: Choice[], edit_of?: number|null, at: string, link?: string,
 *   picture?: string, file?: string, file_name?: string}} Message  as the server tells it
 * @typedef {{from: "bot", key: string, ids: number[], live: boolean, text: string, choices: Choice[], at: string,
 *   link: string, picture: string, file: string, file_name: string}} Heard  a message as kept; `live`: its choices may be tapped
 * @typedef {{from: "me", key: string, text: string, at: string, refused?: boolean}} Said
 * @typedef {{id: string, at: string, text?: string, payload?: string, ref?: string, label?: string}} Waiting
 * @typedef {{chat: string, after: number, seen: number[], log: (Heard|Said)[], queue: Waiting[]}} State
 */

/** The memory of one conversation; every change reads the newest state, so two tabs do not overwrite each other. */
export function openStore(name, chat, after) {
  const key = `tungngo:${name}`;
  let fallback = null; // private windows and full phones: kept as long as the page is open

  const fresh = () => ({ chat, after, seen: [], log: [], queue: [] });
  const read = () => {
    const state = fallback ?? parsed(recall(key));
    return state?.chat === chat ? state : fresh();
  };
  const write = (state) => {
    fallback = keep(key, JSON.stringify(state)) ? null : state;
  };

  const before = parsed(recall(key));
  if (before && before.chat !== chat) {
    // Another conversation was here. Its words are not this one's to show, but what was never sent is given back.
    const unsent = before.queue.map((waiting) => waiting.text).filter(Boolean);
    if (unsent.length) keep(`${key}:draft`, [recall(`${key}:draft`), ...unsent].filter(Boolean).join("\n"));
    write(fresh());
  }

  return {
    read,
    /** Applies `change` to the newest state and keeps the result. */
    update(change) {
      const state = read();
      change(state);
      state.log = state.log.slice(-SHOWN);
      state.seen = state.seen.slice(-SEEN);
      write(state);
      return state;
    },
    /** Calls `react` when another tab changed the same conversation. */
    watch(react) {
      addEventListener("storage", (event) => event.key === key && react());
    },
    draft: () => recall(`${key}:draft`) ?? "",
    keepDraft: (text) => keep(`${key}:draft`, text),
  };
}

/** The chosen letter size in px, or the first of `sizes`. */
export const recallSize = (sizes) => sizes.find((size) => String(size) === recall("tungngo:size")) ?? sizes[0];
export const keepSize = (size) => keep("tungngo:size", String(size));

/** Puts the typed or tapped `waiting` at the end of the queue. */
export function enqueue(state, waiting) {
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
    const { id, text, at, choices = [], link = "", picture = "", file = "", file_name = "" } = message;
    const content = { text, choices, link, picture, file, file_name, live: choices.length > 0 };
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

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key, text) {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
