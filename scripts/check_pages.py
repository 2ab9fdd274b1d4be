"""Opens pages of plumb in a real browser (headless Chromium) and looks for what is wrong with them.

    python scripts/check_pages.py [--shots DIR] PAGE...

A page is a file or an address. Each is opened in three widths, light and dark. Wrong are: anything on the console,
any request that leaves the page (a file needs nothing; a board only its own server), content wider than the window,
text of a chart that stands outside of it or on top of other text, a picture that does not load, a table that does not
sort by its headings, a copy button that does nothing, and text that is too pale to read (contrast below 4.5). Prints
one line of JSON per page; exit code 1 if something is wrong. `--shots` keeps a picture of each page in each width.

Needs the Python package playwright, and Chromium: PLUMB_CHROMIUM, or the one in PATH.
"""

import json
import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDTHS = {"phone": 390, "tablet": 820, "desktop": 1280}

# Per chart: texts that lie outside of it, and pairs that cover each other by more than a tenth of the smaller one.
CHART_FAULTS = """() => {
  const faults = [];
  for (const svg of document.querySelectorAll("figure svg")) {
    const name = svg.closest("figure").id;
    const frame = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
    for (const [words, box] of boxes) {
      if (words.trim() === "") faults.push(`${name}: empty text`);
      const isOutside = box.left < frame.left - 1 || box.right > frame.right + 1
        || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
      if (isOutside) faults.push(`${name}: "${words}" stands outside`);
    }
    for (const [at, [words, a]] of boxes.entries()) {
      for (const [others, b] of boxes.slice(0, at)) {
        const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        const least = Math.min(a.width * a.height, b.width * b.height);
        if (width > 0 && height > 0 && width * height > 0.1 * least) {
          faults.push(`${name}: "${words}" and "${others}" cover each other`);
        }
      }
    }
  }
  for (const image of document.querySelectorAll("img")) {
    if (!image.complete || image.naturalWidth === 0) faults.push(`picture ${image.alt} does not load`);
  }
  for (const id of [...document.querySelectorAll("[id]")].map((element) => element.id)) {
    if (document.querySelectorAll(`[id="${id}"]`).length > 1) faults.push(`two elements are called ${id}`);
  }
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    if (!document.getElementById(link.getAttribute("href").slice(1))) faults.push(`${link.href} leads nowhere`);
  }
  return faults;
}"""

# Contrast by WCAG 2.2, of text that stands directly on the page or on a card.
CONTRAST_FAULTS = """() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = parse(color).slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if ((parse(color)[3] ?? 1) > 0.99) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const faults = new Set();
  for (const element of document.querySelectorAll("h1, h2, h3, p, td, th, dt, dd, a, summary, figcaption, span, code, pre, li, button, label, caption")) {
    if (element.textContent.trim() === "" || element.closest("svg") || element.offsetParent === null) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(style.color), light(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faults.add(`${element.tagName} ${element.className}: contrast ${contrast.toFixed(2)}`);
  }
  // What is written in a cell of a chart, upon its colour.
  for (const svg of document.querySelectorAll("figure svg")) {
    const cells = [...svg.querySelectorAll("rect.fill")].map((cell) => [cell, cell.getBoundingClientRect()]);
    for (const text of cells.length > 0 ? svg.querySelectorAll("text") : []) {
      const box = text.getBoundingClientRect();
      const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      const found = cells.find(([, at]) => at.left <= x && x <= at.right && at.top <= y && y <= at.bottom);
      if (!found) continue;
      const style = getComputedStyle(found[0]);
      const share = Number(style.fillOpacity);
      const [over, under] = [parse(style.fill), parse(getComputedStyle(svg.querySelector("rect.cell")).fill)];
      const blend = over.slice(0, 3).map((value, at) => share * value + (1 - share) * under[at]);
      const [a, b] = [light(getComputedStyle(text).fill), light(`rgb(${blend.join(",")})`)];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < 4.5) faults.add(`${text.textContent} in a cell: contrast ${contrast.toFixed(2)}`);
    }
  }
  return [...faults];
}"""


def column(table, at):
    return table.locator("tbody tr").evaluate_all(
        "(rows, at) => rows.map((row) => row.children[at].dataset.key ?? '')", at
    )


def is_number(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


def check_tables(page, faults):
    """Each heading sorts, up and then down; what is empty stays last."""
    n_sorted = 0
    for at in range(page.locator("table:has(th button)").count()):
        table = page.locator("table:has(th button)").nth(at)
        name = table.get_attribute("id")
        for heading in range(table.locator("th button").count()):
            before = column(table, heading)
            table.locator("th button").nth(heading).click()
            up = column(table, heading)
            table.locator("th button").nth(heading).click()
            down = column(table, heading)
            n_sorted += 1
            kept = [value for value in up if value != ""]
            if sorted(up) != sorted(before) or sorted(down) != sorted(before):
                faults.append(f"{name}: sorting lost rows")
            if all(is_number(value) for value in kept):
                numbers = [float(value) for value in kept]
                if numbers != sorted(numbers):
                    faults.append(f"{name}: column {heading} is not in order: {kept}")
                backward = [float(value) for value in down if value != ""]
                if backward != sorted(numbers, reverse=True):
                    faults.append(f"{name}: column {heading} is not in the other order")
            if "" in up[: len(kept)]:
                faults.append(f"{name}: empty cells of column {heading} are not last")
            if table.locator("th").nth(heading).get_attribute("aria-sort") != "descending":
                faults.append(f"{name}: a screen reader does not hear how it is sorted")
    return n_sorted


def check(browser, address, shots):
    faults = []
    sizes = {}
    n_sorted = 0
    figures = 0
    for scheme in ("light", "dark"):
        for name, width in WIDTHS.items():
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
            )
            page = context.new_page()
            page.on("console", lambda message: faults.append(f"console: {message.type}: {message.text}"))
            page.on("pageerror", lambda error: faults.append(f"error: {error}"))
            open_pages = {page}

            def failed(request, page=page, open_pages=open_pages):
                # What a board was asked for when its page was closed is nobody's fault.
                if page in open_pages:
                    faults.append(f"request failed: {request.url}")

            page.on("requestfailed", failed)
            origin = "/".join(address.split("/")[:3])

            def asked(request):
                if request.url != address and not request.url.startswith(("data:", "blob:")):
                    if address.startswith("file:") or not request.url.startswith(origin):
                        faults.append(f"the page asks for {request.url}")

            page.on("request", asked)
            page.goto(address)
            page.wait_for_timeout(200)
            inner, outer = page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            sizes[name] = inner
            if inner > outer:
                faults.append(f"{name}: content is {inner} wide in a window of {outer}")
            where = f"{name}, {scheme}"
            faults += [f"{where}: {fault}" for fault in page.evaluate(CHART_FAULTS)]
            faults += [f"{where}: {fault}" for fault in page.evaluate(CONTRAST_FAULTS)]
            figures = page.locator("figure svg").count()
            if shots:
                stem = Path(address.split("?")[0]).stem or "index"
                page.screenshot(path=str(shots / f"{stem}-{name}-{scheme}.png"), full_page=True)
            if (scheme, name) == ("light", "desktop"):
                n_sorted = check_tables(page, faults)
                # All that unfolds, does.
                for at in range(page.locator("summary").count()):
                    page.locator("summary").nth(at).click()
                if page.locator("details:not([open])").count() > 0:
                    faults.append("something does not unfold")
                copy = page.locator("button[data-copy]")
                if copy.count() > 0:
                    copy.first.click()
                    page.wait_for_timeout(100)
                    if copy.first.text_content() == "Copy":
                        faults.append("the copy button does nothing")
                # The keyboard reaches the content at once.
                page.keyboard.press("Home")
                page.evaluate("document.activeElement.blur()")
                page.keyboard.press("Tab")
            open_pages.clear()
            context.close()
    return {
        "page": address,
        "figures": figures,
        "sorted": n_sorted,
        "faults": sorted(set(faults)),
    }


def main():
    args = sys.argv[1:]
    shots = None
    if args[:1] == ["--shots"]:
        shots, args = Path(args[1]), args[2:]
        shots.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("PLUMB_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium: set PLUMB_CHROMIUM to one")
    is_good = True
    with sync_playwright() as playwright:
        # As root, in containers, Chromium has no sandbox; pages are plumb's own.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for page in args:
            address = page if "://" in page else Path(page).resolve().as_uri()
            report = check(browser, address, shots)
            is_good &= not report["faults"]
            print(json.dumps(report))
        browser.close()
    sys.exit(0 if is_good else 1)


main()
