// The conversation on the screen: bubbles, choices, times. Knows nothing of network or memory.

import { tappedBy } from "./store.js";

const PATTERN = /\*\*([^*]+)\*\*|(https?:\/\/[^\s<>"]+)/g;
const TRAILING = /[.,;:!?…)\]'’”»]+$/;

/** Draws states into the element `log`; calls `choose(message, choice, byKeyboard)` for a tapped choice. */
export function createView({ log, words, choose, lostFocus }) {
  const nodes = new Map(); // item key -> its element
  const empty = log.querySelector("#empty");
  let onItsWay = words.sending; // or words.waiting

  /** Brings the screen to `state` by the smallest change, so that a screen reader hears only what is new.
   *  `stuck`: what waits is not on its way. */
  function render(state, { stuck = false } = {}) {
    onItsWay = stuck ? words.waiting : words.sending;
    const items = shown(state);
    const added = [];
    let place = empty;
    for (const item of items) {
      let node = nodes.get(item.key);
      if (!node) {
        node = element("div", `item ${item.from}`);
        nodes.set(item.key, node);
        added.push(node);
      }
      if (place.nextElementSibling !== node) place.after(node);
      if (item.from === "bot") drawHeard(node, item);
      else drawSaid(node, item);
      place = node;
    }
    const keys = new Set(items.map(({ key }) => key));
    for (const [key, node] of nodes) {
      if (!keys.has(key)) {
        node.remove();
        nodes.delete(key);
      }
    }
    empty.hidden = items.length > 0;
    empty.querySelector("p").textContent = state.queue.length ? words.opening : words.cleared;
    empty.querySelector("button").hidden = state.queue.length > 0;
    return added;
  }

  function drawHeard(node, item) {
    const look = JSON.stringify([item.text, item.link, item.picture, item.file]);
    if (node.dataset.look !== look) {
      const bubble = element("div", "bubble", unseen(words.from_bot), ...rich(item.text));
      if (item.link) bubble.append(element("p", "link", anchor(item.link)));
      if (ours(item.file)) bubble.append(element("p", "link", download(item.file, item.file_name)));
      if (ours(item.picture)) bubble.append(image(item.picture, item.picture_alt || words.picture));
      const old = node.querySelector(".bubble");
      if (old) old.replaceWith(bubble);
      else node.append(bubble, time(item.at));
      node.dataset.look = look;
    }
    drawChoices(node, item);
  }

  function drawChoices(node, item) {
    const offered = item.live ? item.choices : [];
    const look = JSON.stringify([offered, item.ids, item.chosen, item.chosen && onItsWay]);
    if (node.dataset.offer === look) return;
    node.dataset.offer = look;
    const old = node.querySelector(".choices");
    const focused = old ? [...old.children].indexOf(document.activeElement) : -1;
    const buttons = offered.map((choice) => choiceButton(item, choice));
    const box = element("div", old ? "choices" : "choices fresh", ...buttons);
    if (old) old.remove();
    if (buttons.length) node.append(box);
    if (focused < 0) return;
    if (buttons[focused]) buttons[focused].focus();
    else lostFocus();
  }

  function choiceButton(item, choice) {
    const button = element("button", "choice");
    button.type = "button";
    if (choice.number) button.append(element("span", "number", String(choice.number)), " ");
    button.append(element("span", "", choice.label));
    if (item.chosen !== undefined) button.ariaDisabled = "true";
    if (item.chosen === choice.payload) button.append(element("span", "mark", ` ${onItsWay}`));
    button.addEventListener("click", (event) => {
      if (button.ariaDisabled === "true") return;
      for (const each of button.parentNode.children) each.ariaDisabled = "true"; // at once: keeping it takes a moment
      choose(item, choice, event.detail === 0);
    });
    return button;
  }

  function drawSaid(node, item) {
    if (!node.firstChild) node.append(element("div", "bubble", unseen(words.from_me), item.text), element("p", "mark"));
    const mark = item.waiting ? onItsWay : item.refused ? words.refused : "";
    const old = node.lastChild;
    const wanted = mark ? element("p", "mark", `${mark} · `, time(item.at)) : time(item.at);
    if (old.textContent !== wanted.textContent) old.replaceWith(wanted);
    node.classList.toggle("waiting", Boolean(item.waiting));
  }

  return { render };
}

/** What is on the screen: the conversation, then what waits; a tap waits on its own button. */
function shown(state) {
  const log = state.log.map((item) => ({ ...item }));
  const waiting = [];
  for (const { id, text, label, payload, at, ref } of state.queue) {
    const key = tappedBy(state, { ref })?.key;
    if (key) log.find((item) => item.key === key).chosen = payload;
    else if (text || label) waiting.push({ from: "me", key: `m${id}`, text: text || label, at, waiting: true });
  }
  return [...log, ...waiting];
}

/** Text with **bold** and web addresses as nodes; nothing in it is ever read as HTML. */
export function rich(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(PATTERN)) {
    const [whole, bold, address] = match;
    const url = address?.replace(TRAILING, "");
    parts.push(text.slice(end, match.index), bold ? element("strong", "", ...rich(bold)) : anchor(url));
    end = match.index + (url ?? whole).length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== "");
}

function anchor(address) {
  const url = parsedUrl(address);
  if (!url || !/^https?:$/.test(url.protocol)) return address;
  const link = element("a", "", address);
  link.href = url.href;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}

function download(address, name) {
  const link = element("a", "", name || address);
  link.href = address;
  link.download = name || "";
  return link;
}

function image(address, alt) {
  const picture = element("img", "picture");
  picture.src = address;
  picture.alt = alt;
  return picture;
}

/** Whether `address` is a picture of this very server. */
function ours(address) {
  return Boolean(address) && parsedUrl(address)?.origin === location.origin;
}

function parsedUrl(address) {
  try {
    return new URL(address, location.href);
  } catch {
    return null;
  }
}

/** "09:14" by this phone's clock, or "22/11 09:14" when it was not today. */
function time(at) {
  const moment = new Date(at);
  const two = (number) => String(number).padStart(2, "0");
  const clock = `${two(moment.getHours())}:${two(moment.getMinutes())}`;
  const today = moment.toDateString() === new Date().toDateString();
  const node = element("time", "", today ? clock : `${two(moment.getDate())}/${two(moment.getMonth() + 1)} ${clock}`);
  node.dateTime = at;
  return node;
}

function unseen(text) {
  return element("span", "unseen", `${text} `);
}

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}
