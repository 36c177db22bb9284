/**
 * What the page does beyond showing: sort tables, filter the moved prompts, show what a point says. Plain JavaScript,
 * without any text of the report in it, so that its hash can stand in the page's content security policy.
 */
export const PAGE_SCRIPT = `
"use strict";
document.documentElement.classList.add("js");
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const before = head.getAttribute("aria-sort");
      const way = before === "descending" ? 1 : before === "ascending" ? -1 : head.classList.contains("num") ? -1 : 1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
      table.classList.add("sorted");
      const rows = [...body.rows].map((row, index) => ({ row, index, key: keyOf(row.cells[column]) }));
      rows.sort((a, b) => compare(a.key, b.key, way) || a.index - b.index);
      body.append(...rows.map((r) => r.row));
    });
  });
}
function keyOf(cell) {
  const raw = cell.dataset.v ?? cell.textContent.trim();
  if (raw === "" || raw === "–") return null;
  const number = Number(raw);
  return Number.isNaN(number) ? raw : number;
}
function compare(a, b, way) {
  if (a === null || b === null) return (a === null) - (b === null);
  if (typeof a === "number" && typeof b === "number") return (a - b) * way;
  return String(a).localeCompare(String(b), undefined, { numeric: true }) * way;
}
for (const part of document.querySelectorAll(".moved")) {
  const bar = part.querySelector(".filter");
  const [input, select, out] = [bar.querySelector("input"), bar.querySelector("select"), bar.querySelector("output")];
  const rows = [...part.querySelectorAll("tbody tr")].map((row) => ({ row, text: row.textContent.toLowerCase(), delta: Number(row.cells[3].dataset.v) }));
  bar.hidden = false;
  const apply = () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    for (const { row, text, delta } of rows) {
      const way = delta > 0 ? "up" : delta < 0 ? "down" : "same";
      row.hidden = (select.value !== "" && select.value !== way) || !text.includes(wanted);
      if (!row.hidden) shown++;
    }
    out.textContent = shown + " of " + rows.length;
  };
  input.addEventListener("input", apply);
  select.addEventListener("change", apply);
  apply();
}
const tip = document.createElement("div");
tip.id = "tip";
tip.hidden = true;
tip.setAttribute("role", "tooltip");
document.body.append(tip);
for (const point of document.querySelectorAll(".point")) {
  const title = point.querySelector("title");
  const text = title.textContent;
  title.remove();
  point.setAttribute("role", "img");
  point.setAttribute("aria-label", text);
  const show = (x, y) => {
    tip.textContent = text;
    tip.hidden = false;
    tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - tip.offsetWidth - 8)) + "px";
    tip.style.top = (y + tip.offsetHeight + 20 > innerHeight ? y - tip.offsetHeight - 12 : y + 14) + "px";
  };
  const hide = () => { tip.hidden = true; };
  point.addEventListener("pointermove", (event) => show(event.clientX, event.clientY));
  point.addEventListener("pointerleave", hide);
  point.addEventListener("focus", () => { const box = point.getBoundingClientRect(); show(box.right, box.bottom); });
  point.addEventListener("blur", hide);
}
addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hidden = true; });
let closed = [];
addEventListener("beforeprint", () => { closed = [...document.querySelectorAll("details:not([open])")]; for (const d of closed) d.open = true; });
addEventListener("afterprint", () => { for (const d of closed) d.open = false; });
`.trim();
