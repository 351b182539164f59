// The service worker: opens the chat without a connection, and sends what waits when the connection is back.
// It keeps the page without a person in it and the files of that page; never an answer, never anybody's page.

import { names, openStore } from "%STATIC%/memory.js";
import { sendAll } from "%STATIC%/post.js";

const CACHE = "tungngo-%VERSION%";
const KEPT = ["%KEPT%"];
const PATIENCE = 8_000; // ms until a weak signal counts as none

addEventListener("install", (event) => {
  event.waitUntil(fill());
});

addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname === "/") event.respondWith(page(request));
  else if (KEPT.includes(url.pathname) && url.pathname !== "/offline") event.respondWith(file(request));
});

addEventListener("sync", (event) => {
  if (event.tag === "queue") event.waitUntil(sendEverything());
});

async function fill() {
  const cache = await caches.open(CACHE);
  await cache.addAll(KEPT.map((path) => new Request(path, { cache: "reload", credentials: "omit" })));
  await skipWaiting();
}

async function takeOver() {
  for (const name of await caches.keys()) if (name.startsWith("tungngo-") && name !== CACHE) await caches.delete(name);
  await clients.claim();
}

/** The page from the server; the kept one when there is no server to be reached. */
async function page(request) {
  const patience = new Promise((_, reject) => setTimeout(reject, PATIENCE));
  try {
    const response = await Promise.race([fetch(request), patience]);
    if (response.status < 500) return response;
  } catch {
    // as below
  }
  return (await caches.match("/offline")) ?? Response.error();
}

async function file(request) {
  return (await caches.match(request, { ignoreSearch: true })) ?? fetch(request);
}

/** Every conversation of this phone; a rejection makes the browser ask again later. */
async function sendEverything() {
  const outcomes = [];
  for (const name of await names()) outcomes.push(await sendAll(await openStore(name)));
  if (outcomes.includes("later")) throw new Error("not sent yet");
}
