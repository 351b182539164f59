// The size of letters: chosen once, kept on this phone, the same on every page.

import { keepSize, recallSize } from "./memory.js";

const SIZES = [18, 22, 26]; // px

/** Wires the two buttons; `changed` is called after every change. */
export function makeSizes(smaller, larger, changed = () => {}) {
  function set(size) {
    document.documentElement.dataset.size = size;
    smaller.setAttribute("aria-disabled", String(size === SIZES[0]));
    larger.setAttribute("aria-disabled", String(size === SIZES.at(-1)));
    changed();
  }
  function step(by) {
    const size = SIZES[SIZES.indexOf(recallSize(SIZES)) + by];
    if (!size) return;
    keepSize(size);
    set(size);
  }
  smaller.addEventListener("click", () => step(-1));
  larger.addEventListener("click", () => step(1));
  set(recallSize(SIZES));
}
