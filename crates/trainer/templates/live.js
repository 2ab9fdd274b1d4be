// Asks every two seconds whether something has changed, and puts the new content in the old one's place.
(() => {
  const main = document.getElementById("content");
  const status = document.getElementById("live");
  let tag = main.dataset.tag;
  let isAsking = false;
  const own = () => {
    for (const time of document.querySelectorAll("time")) {
      const date = new Date(time.dateTime);
      if (!Number.isNaN(date.getTime())) time.textContent = date.toLocaleString();
    }
  };
  const filter = () => {
    const wanted = (document.getElementById("filter")?.value ?? "").toLowerCase();
    for (const row of document.querySelectorAll("#board-table tbody tr")) {
      row.hidden = wanted !== "" && !row.textContent.toLowerCase().includes(wanted);
    }
  };
  document.addEventListener("input", (event) => { if (event.target.id === "filter") filter(); });
  const replace = (html) => {
    // What the reader did to the page stays: order of tables, what is unfolded, what is looked for.
    const sorted = [...document.querySelectorAll("th[aria-sort]")].map((heading) => [
      heading.closest("table").id,
      [...heading.parentNode.children].indexOf(heading),
      heading.getAttribute("aria-sort"),
    ]);
    const unfolded = [...main.querySelectorAll("details")].map((details) => details.open);
    const search = document.getElementById("filter");
    const [wanted, hadFocus] = [search?.value ?? "", document.activeElement === search];
    const scrolled = [...main.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
    main.innerHTML = html;
    [...main.querySelectorAll("details")].forEach((details, at) => { details.open = unfolded[at] ?? false; });
    [...main.querySelectorAll(".scroll")].forEach((box, at) => { box.scrollLeft = scrolled[at] ?? 0; });
    for (const [id, column, order] of sorted) {
      const button = document.querySelector(`#${id} th:nth-child(${column + 1}) button`);
      button?.click();
      if (order === "descending") button?.click();
    }
    const again = document.getElementById("filter");
    if (again) {
      again.value = wanted;
      if (hadFocus) again.focus();
    }
    own();
    filter();
  };
  const ask = async () => {
    if (document.hidden || isAsking) return;
    isAsking = true;
    try {
      const answer = await fetch(main.dataset.live, { headers: { "If-None-Match": tag }, cache: "no-store" });
      // Read in any case: browsers take a request whose answer nobody reads for one that was broken off.
      const text = await answer.text();
      if (answer.status === 200) {
        tag = answer.headers.get("ETag") ?? "";
        replace(text);
      }
      status.textContent = answer.ok || answer.status === 304 ? "live" : `not up to date: ${text}`;
    } catch {
      status.textContent = "the board has stopped";
    }
    isAsking = false;
  };
  own();
  setInterval(ask, 2000);
})();
