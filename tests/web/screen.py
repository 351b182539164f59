"""What a person sees and does on the chat page."""

import re

from playwright.sync_api import Locator, Page

# Every visible text with its contrast against the nearest painted ground (WCAG 2.2, relative luminance).
CONTRASTS = """
() => {
  const parse = (text) => (text.match(/[0-9.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const color = parse(getComputedStyle(node).backgroundColor);
      if (color.length === 3) return color;
    }
    return [255, 255, 255];
  };
  const ratio = (front, back) => {
    const [low, high] = [light(front), light(back)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const found = [];
  for (const node of document.querySelectorAll("body, body *:not(script)")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (own && node.checkVisibility()) {
      found.push([node.tagName + "." + node.className, ratio(parse(getComputedStyle(node).color), ground(node))]);
    }
    if (node.placeholder) {
      const hint = parse(getComputedStyle(node, "::placeholder").color);
      found.push(["placeholder", ratio(hint, ground(node))]);
    }
  }
  return found;
}
"""


def choices(page: Page) -> Locator:
    return page.locator("button.choice")


def said(page: Page) -> Locator:
    return page.locator(".me .bubble")


def heard(page: Page) -> Locator:
    return page.locator(".bot .bubble")


def field(page: Page) -> Locator:
    return page.get_by_label("Tin nhắn")


def choose(page: Page, label: str) -> None:
    page.get_by_role("button", name=re.compile(rf"^(\d )?([☐☑] )?{label}$")).click()


def say(page: Page, text: str) -> None:
    field(page).fill(text)
    field(page).press("Enter")
