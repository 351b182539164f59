// Makes the page one that can stand on the home screen and opens without a connection.

const worker = navigator.serviceWorker; // missing over plain http and in some windows inside other apps

/** Registers the service worker, and offers `button` (inside its hidden line) when the browser can install the page. */
export function makeInstallable(button, hint) {
  worker?.register("/sw.js", { type: "module" }).catch(() => {}); // an old browser: the page works while it is open
  let offered = null;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offered = event;
    button.hidden = false;
  });
  addEventListener("appinstalled", () => {
    button.hidden = true;
  });
  button.addEventListener("click", async () => {
    button.hidden = true;
    await offered?.prompt();
    offered = null;
  });
  hint.hidden = navigator.standalone !== false; // an iPhone's browser: only its own menu can do it
}

/** Asks for what waits to be sent even when this tab is closed, and for the phone to keep it. */
export async function sendWhenBack() {
  try {
    await navigator.storage?.persist?.();
    await (await worker?.ready)?.sync?.register("queue");
  } catch {
    // not everywhere, and not always allowed: the page sends when it is opened again
  }
}
