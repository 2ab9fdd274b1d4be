"use strict";
// Sorts a table by the column whose heading is pressed: numbers by their size, what is missing last.
document.addEventListener("click", (event) => {
  const button = event.target.closest("th button");
  if (button) {
    const heading = button.closest("th");
    const body = heading.closest("table").tBodies[0];
    const headings = [...heading.parentNode.children];
    const column = headings.indexOf(heading);
    const isDown = heading.getAttribute("aria-sort") === "ascending";
    for (const other of headings) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    const key = (row) => row.children[column].dataset.key ?? "";
    const rows = [...body.rows];
    rows.sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      if (x === "" || y === "") return (x === "") - (y === "");
      const [p, q] = [Number(x), Number(y)];
      const order = Number.isNaN(p) || Number.isNaN(q) ? x.localeCompare(y) : p - q;
      return isDown ? -order : order;
    });
    body.append(...rows);
    return;
  }
  const copy = event.target.closest("button[data-copy]");
  if (copy) {
    const pre = copy.parentNode.querySelector("pre");
    const say = (words) => {
      copy.textContent = words;
      setTimeout(() => { copy.textContent = "Copy"; }, 2000);
    };
    // A page that was opened as a file may have no clipboard: then the text is selected.
    const select = () => { getSelection().selectAllChildren(pre); say("Selected"); };
    if (navigator.clipboard) navigator.clipboard.writeText(pre.textContent).then(() => say("Copied"), select);
    else select();
  }
});
