// Where this phone keeps conversations: IndexedDB, so that they outlive the tab and the service worker reads them too.

import { fresh, trim } from "./store.js";

const NAMES = { base: "tungngo", table: "chats", channel: "tungngo" };

/** The memory of one conversation; every change reads the newest state, so two tabs do not overwrite each other.
 *  `chat` is what the server calls it; empty: the page came without a server, and takes the conversation as it is. */
export async function openStore(name, chat = "", csrf = "") {
  const told = "BroadcastChannel" in globalThis ? new BroadcastChannel(NAMES.channel) : null;
  let current = fresh(chat, csrf);
  let fallback = false; // private windows and full phones: kept as long as the page is open

  async function change(work) {
    if (!fallback) {
      try {
        current = await changed(name, (old) => work(old ?? fresh(chat, csrf)));
        return current;
      } catch {
        fallback = true;
      }
    }
    current = work(current);
    return current;
  }

  const store = {
    /** The newest state this page knows. */
    read: () => current,
    /** Applies `work` to the newest state and keeps the result. */
    async update(work) {
      await change((state) => {
        work(state);
        trim(state);
        return state;
      });
      told?.postMessage(name);
      return current;
    },
    /** Takes what another tab or the service worker has kept meanwhile. */
    async refresh() {
      if (fallback) return current;
      try {
        current = (await table("readonly", (chats) => chats.get(name))).result ?? current;
      } catch {
        fallback = true;
      }
      return current;
    },
    /** Calls `react` when another tab or the service worker changed the same conversation. */
    watch(react) {
      told?.addEventListener("message", async ({ data }) => {
        if (data !== name) return;
        await store.refresh();
        react();
      });
    },
    /** The server says which conversation this is. Another one was here: its words are not this one's to show, but
     *  what was never sent is given back as the text in the field. */
    async belongsTo(chat, csrf) {
      await store.update((state) => {
        if (state.chat !== chat) {
          const unsent = state.queue.map((waiting) => waiting.text).filter(Boolean);
          if (unsent.length) store.keepDraft([store.draft(), ...unsent].filter(Boolean).join("\n"));
          Object.assign(state, fresh(chat));
        }
        state.csrf = csrf;
      });
    },
    draft: () => recall(`tungngo:${name}:draft`) ?? "",
    keepDraft: (text) => keep(`tungngo:${name}:draft`, text),
  };
  await (chat ? store.belongsTo(chat, csrf) : store.refresh());
  return store;
}

/** The names of all conversations of this phone. */
export async function names() {
  return (await table("readonly", (chats) => chats.getAllKeys())).result;
}

/** The chosen letter size in px, or the first of `sizes`. */
export const recallSize = (sizes) => sizes.find((size) => String(size) === recall("tungngo:size")) ?? sizes[0];
export const keepSize = (size) => keep("tungngo:size", String(size));

/** Whose conversation was open last, for a page that comes without a server. */
export const recallName = () => recall("tungngo:name") ?? "me";
export const keepName = (name) => keep("tungngo:name", name);

/** Runs `work` alone: neither another tab nor the service worker sends at the same time. */
export function alone(work) {
  return globalThis.navigator.locks ? navigator.locks.request("tungngo:send", work) : work();
}

/** Gives the kept value to `work`, keeps what it returns, and returns that once it is on disk. */
async function changed(name, work) {
  let after;
  await table("readwrite", (chats) => {
    const asked = chats.get(name);
    asked.onsuccess = () => {
      after = work(asked.result);
      chats.put(after, name);
    };
    return asked;
  });
  return after;
}

async function table(mode, work) {
  const base = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = base.transaction(NAMES.table, mode, { durability: "strict" });
      const asked = work(transaction.objectStore(NAMES.table));
      transaction.oncomplete = () => resolve(asked);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    base.close();
  }
}

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAMES.base, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(NAMES.table);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
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
  } catch {
    // as long as the page is open it stands in the field
  }
}
