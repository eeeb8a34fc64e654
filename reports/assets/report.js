(() => {
"use strict";
const root = document.documentElement;
const find = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
root.classList.add("js");

// Theme: the system's, until the reader chooses. Storage may be refused, for example in a file or a private window.
const themes = ["auto", "light", "dark"];
const themeButton = find("#theme");
const loadTheme = () => { try { return localStorage.getItem("aviary-theme"); } catch { return null; } };
const saveTheme = (theme) => { try { localStorage.setItem("aviary-theme", theme); } catch { /* not saved */ } };
let theme = themes.includes(loadTheme()) ? loadTheme() : "auto";
const applyTheme = () => {
  if (theme === "auto") root.removeAttribute("data-theme"); else root.setAttribute("data-theme", theme);
  themeButton.textContent = `Theme: ${theme}`;
};
themeButton.addEventListener("click", () => {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length];
  saveTheme(theme);
  applyTheme();
});
applyTheme();

// Tooltips.
const tip = find("#tip");
const showTip = (text, x, y) => {
  tip.textContent = text;
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(x - box.width / 2, root.clientWidth - box.width - 4))}px`;
  tip.style.top = `${y - box.height - 10 < 4 ? y + 18 : y - box.height - 10}px`;
};
const hideTip = () => { tip.hidden = true; };
// The text of a part: that of its attribute, or its hidden text; in a chart, after the name of its row.
const describe = (part) => {
  const text = part.dataset.t || find(".vh", part).textContent;
  const row = part.closest(".walk tr");
  if (!row) return text;
  const hour = part.closest(".heat") ? ` ${String(part.cellIndex - 1).padStart(2, "0")}:00` : "";
  return `${row.cells[0].textContent}${hour}\n${text}`;
};
const showDescription = (part) => {
  const box = part.getBoundingClientRect();
  showTip(describe(part), box.left + box.width / 2, box.top);
};
document.addEventListener("pointerover", (event) => {
  const part = event.target.closest("[data-t]");
  if (part) showDescription(part); else hideTip();
});
document.addEventListener("scroll", hideTip, { passive: true });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });

// Tables drawn as charts: the arrow keys go from part to part.
all(".walk").forEach((box) => {
  let current = null;
  const leave = () => { if (current) current.classList.remove("at"); hideTip(); };
  box.addEventListener("blur", leave);
  box.addEventListener("keydown", (event) => {
    const parts = all("[data-t]", box).filter((part) => part.offsetParent);
    if (!parts.length) return;
    const perRow = parts.filter((part) => part.parentElement === parts[0].parentElement).length;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow, ArrowDown: perRow, Home: -parts.length, End: parts.length }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const from = parts.indexOf(current);
    leave();
    current = parts[Math.max(0, Math.min(parts.length - 1, from < 0 && step < parts.length ? 0 : from + step))];
    current.classList.add("at");
    current.scrollIntoView({ block: "nearest" });
    showDescription(current);
    find("#say").textContent = describe(current);
  });
});

// The trend: a cursor that reads the table behind the plot, by pointer and by arrow keys.
const days = all("#numbers tbody tr").reverse();
all(".plotbox").forEach((box) => {
  const plot = find(".plot", box);
  const heights = box.dataset.y.split(" ");
  const [left, span] = box.dataset.x.split(" ").map(Number);
  const last = heights.length - 1;
  const [line, dot] = all(".cursor", box);
  let current = last;
  const moveTo = (index, aloud) => {
    current = Math.max(0, Math.min(last, index));
    const x = left + span * current / last;
    const cells = days[current].children;
    const text = `${cells[0].textContent}\n${cells[box.dataset.column].textContent}`;
    const known = heights[current] !== "-";
    box.classList.add("on");
    line.setAttribute("x1", `${x}%`);
    line.setAttribute("x2", `${x}%`);
    dot.setAttribute("cx", `${x}%`);
    dot.setAttribute("cy", known ? heights[current] : -99);
    const frame = plot.getBoundingClientRect();
    const y = known ? Number(heights[current]) : line.getAttribute("y2") / 2;
    showTip(text, frame.left + frame.width * x / 100, frame.top + y);
    if (aloud) find("#say").textContent = text;
  };
  const leave = () => { box.classList.remove("on"); hideTip(); };
  box.addEventListener("pointermove", (event) => {
    const frame = plot.getBoundingClientRect();
    moveTo(Math.round(((event.clientX - frame.left) / frame.width * 100 - left) / span * last));
  });
  box.addEventListener("pointerleave", leave);
  document.addEventListener("scroll", () => { if (box.classList.contains("on")) moveTo(current); }, { passive: true });
  box.addEventListener("blur", leave);
  box.addEventListener("keydown", (event) => {
    const target = { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: last }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    moveTo(target, true);
  });
});

// The accounts table.
const table = find("#table");
if (table) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const firstRows = rows.filter((row) => !row.classList.contains("more")).length;
  const showAll = find("#show-all");
  const showAllRows = () => { table.classList.add("full"); if (showAll) showAll.parentElement.hidden = true; };
  if (showAll) showAll.addEventListener("click", showAllRows);

  // A row without data has fewer cells, none of which has a value.
  const value = (row, column, kind) => {
    if (kind === "text") return row.cells[0].textContent.toLowerCase();
    const cell = row.cells.length === table.tHead.rows[0].cells.length ? row.cells[column] : null;
    return cell && cell.dataset.v ? Number(cell.dataset.v) : null;
  };
  all("th[data-s]", table).forEach((head) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const kind = head.dataset.s;
      const sorted = head.getAttribute("aria-sort");
      const descending = sorted ? sorted === "ascending" : kind === "number";
      all("[aria-sort]", table).forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const sign = descending ? -1 : 1;
      const keyed = rows.map((row) => [value(row, head.cellIndex, kind), row]);
      keyed.sort(([a], [b]) => {
        if (a === null || b === null) return (a === null) - (b === null);
        return sign * (kind === "text" ? a.localeCompare(b) : a - b);
      });
      keyed.forEach(([, row], place) => row.classList.toggle("more", place >= firstRows));
      body.append(...keyed.map(([, row]) => row));
    });
  });

  const filter = find("#filter");
  const group = find("#group");
  const groups = new Map(rows.map((row) => [row.dataset.a, row.dataset.g]));
  const named = all("[data-a]").map((part) => {
    const name = find("bdi", part);
    return [part, `@${part.dataset.a} ${name ? name.textContent : ""}`.toLowerCase()];
  });
  const applyFilters = () => {
    const wanted = filter.value.trim().toLowerCase();
    const chosen = group ? group.value : "";
    if (wanted || chosen) showAllRows();
    named.forEach(([part, text]) => {
      part.classList.toggle("off", !text.includes(wanted) || (chosen !== "" && groups.get(part.dataset.a) !== chosen));
    });
    const left = rows.filter((row) => !row.classList.contains("off"));
    const sum = (column) => left.reduce((total, row) => total + value(row, column, "number"), 0).toLocaleString("en");
    find("#found").textContent = wanted || chosen ? `${left.length} of ${rows.length} accounts: ${sum(2)} engagement, ${sum(1)} posts` : "";
  };
  filter.addEventListener("input", applyFilters);
  if (group) group.addEventListener("change", applyFilters);

  // A link to an account shows all rows, so that its row can be reached.
  const showTarget = () => {
    const target = location.hash.startsWith("#a-") && document.getElementById(location.hash.slice(1));
    if (!target) return;
    showAllRows();
    target.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", showTarget);
  showTarget();
}
})();
