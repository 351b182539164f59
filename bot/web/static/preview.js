// The preview of a lesson: all its cards at once, drawn by the chat page's own view.

import { createView } from "./view.js";

const $ = (id) => document.getElementById(id);
const words = { from_bot: "Từng Ngõ:", from_me: "", sending: "", waiting: "", refused: "", picture: "", opening: "", cleared: "" };
const calm = $("faults").textContent;
const view = createView({ log: $("log"), words, choose() {}, lostFocus() {} });

async function draw() {
  const { faults, messages } = await (await fetch("/cards")).json();
  const log = messages.map((message) => ({ ...message, from: "bot", key: `b${message.id}`, ids: [message.id], live: true }));
  view.render({ log, queue: [] });
  $("faults").textContent = faults || calm;
  document.body.dataset.cards = String(messages.length);
}

new EventSource("/changes").addEventListener("changed", draw);
await draw();
