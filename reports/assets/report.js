(() => {
"use strict";
const root = document.documentElement;
const find = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
root.classList.add("js");

// Theme: the system's, until the reader chooses. Storage may be refused, for one in a file or a private window.
const themes = ["auto", "light", "dark"];
const button = find("#theme");
const recall = () => { try { return localStorage.getItem("aviary-theme"); } catch { return null; } };
const remember = (theme) => { try { localStorage.setItem("aviary-theme", theme); } catch { /* not remembered */ } };
let theme = themes.includes(recall()) ? recall() : "auto";
const dress = () => {
  if (theme === "auto") root.removeAttribute("data-theme"); else root.setAttribute("data-theme", theme);
  button.textContent = `Theme: ${theme}`;
};
button.addEventListener("click", () => {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length];
  remember(theme);
  dress();
});
dress();

// Tooltips.
const tip = find("#tip");
const show = (text, x, y) => {
  tip.textContent = text;
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(x - box.width / 2, root.clientWidth - box.width - 4))}px`;
  tip.style.top = `${y - box.height - 10 < 4 ? y + 18 : y - box.height - 10}px`;
};
const hide = () => { tip.hidden = true; };
// What a part says: its own text for it, or the one inside that the eye does not see; of a chart, which part it is.
const told = (part) => {
  const text = part.dataset.t || find(".vh", part).textContent;
  const row = part.closest(".walk tr");
  if (!row) return text;
  const hour = part.closest(".heat") ? ` ${String(part.cellIndex - 1).padStart(2, "0")}:00` : "";
  return `${row.cells[0].textContent}${hour}\n${text}`;
};
const explain = (part) => {
  const box = part.getBoundingClientRect();
  show(told(part), box.left + box.width / 2, box.top);
};
document.addEventListener("pointerover", (event) => {
  const part = event.target.closest("[data-t]");
  if (part) explain(part); else hide();
});
document.addEventListener("scroll", hide, { passive: true });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

// Tables drawn as charts: the arrow keys go from part to part.
all(".walk").forEach((box) => {
  let at = null;
  const leave = () => { if (at) at.classList.remove("at"); hide(); };
  box.addEventListener("blur", leave);
  box.addEventListener("keydown", (event) => {
    const parts = all("[data-t]", box).filter((part) => part.offsetParent);
    if (!parts.length) return;
    const wide = parts.filter((part) => part.parentElement === parts[0].parentElement).length;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -wide, ArrowDown: wide, Home: -parts.length, End: parts.length }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const from = parts.indexOf(at);
    leave();
    at = parts[Math.max(0, Math.min(parts.length - 1, from < 0 && step < parts.length ? 0 : from + step))];
    at.classList.add("at");
    at.scrollIntoView({ block: "nearest" });
    explain(at);
    find("#say").textContent = told(at);
  });
});

// The month: a cursor that reads the table behind the plot, by pointer and by arrow keys.
const days = all("#numbers tbody tr").reverse();
all(".plotbox").forEach((box) => {
  const plot = find(".plot", box);
  const heights = box.dataset.y.split(" ");
  const [left, span] = box.dataset.x.split(" ").map(Number);
  const [line, dot] = all(".cursor", box);
  let at = heights.length - 1;
  const point = (index, aloud) => {
    at = Math.max(0, Math.min(heights.length - 1, index));
    const x = left + span * at / (heights.length - 1);
    const cells = days[at].children;
    const text = `${cells[0].textContent}\n${cells[box.dataset.column].textContent}`;
    const known = heights[at] !== "-";
    box.classList.add("on");
    line.setAttribute("x1", `${x}%`);
    line.setAttribute("x2", `${x}%`);
    dot.setAttribute("cx", `${x}%`);
    dot.setAttribute("cy", known ? heights[at] : -99);
    const frame = plot.getBoundingClientRect();
    show(text, frame.left + frame.width * x / 100, frame.top + (known ? Number(heights[at]) : line.getAttribute("y2") / 2));
    if (aloud) find("#say").textContent = text;
  };
  const leave = () => { box.classList.remove("on"); hide(); };
  box.addEventListener("pointermove", (event) => {
    const frame = plot.getBoundingClientRect();
    point(Math.round(((event.clientX - frame.left) / frame.width * 100 - left) / span * (heights.length - 1)));
  });
  box.addEventListener("pointerleave", leave);
  document.addEventListener("scroll", () => { if (box.classList.contains("on")) point(at); }, { passive: true });
  box.addEventListener("blur", leave);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: heights.length - 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    point(step, true);
  });
});

// The accounts table.
const table = find("#table");
if (table) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const open = find("#show-all");
  const unfold = () => { table.classList.add("full"); if (open) open.parentElement.hidden = true; };
  if (open) open.addEventListener("click", unfold);

  // A row without data has one cell less: its columns are told apart by their place in the head.
  const value = (row, column, kind) => {
    if (kind === "text") return row.cells[0].textContent.toLowerCase();
    const cell = row.cells.length === table.tHead.rows[0].cells.length ? row.cells[column] : null;
    return cell && cell.dataset.v ? Number(cell.dataset.v) : null;
  };
  all("th[data-s]", table).forEach((head) => {
    const press = document.createElement("button");
    press.type = "button";
    press.append(...head.childNodes);
    head.append(press);
    press.addEventListener("click", () => {
      const kind = head.dataset.s;
      const now = head.getAttribute("aria-sort");
      const down = now ? now === "ascending" : kind === "number";
      all("[aria-sort]", table).forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      const keyed = rows.map((row) => [value(row, head.cellIndex, kind), row]);
      keyed.sort(([a], [b]) => {
        if (a === null || b === null) return (a === null) - (b === null);
        return sign * (kind === "text" ? a.localeCompare(b) : a - b);
      });
      keyed.forEach(([, row], place) => row.classList.toggle("more", place >= 50));
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
  const sift = () => {
    const wanted = filter.value.trim().toLowerCase();
    const of = group ? group.value : "";
    if (wanted || of) unfold();
    named.forEach(([part, text]) => {
      part.classList.toggle("off", !text.includes(wanted) || (of !== "" && groups.get(part.dataset.a) !== of));
    });
    const left = rows.filter((row) => !row.classList.contains("off"));
    const sum = (column) => left.reduce((total, row) => total + value(row, column, "number"), 0).toLocaleString("en");
    find("#found").textContent = wanted || of ? `${left.length} of ${rows.length} accounts: ${sum(2)} engagement, ${sum(1)} posts` : "";
  };
  filter.addEventListener("input", sift);
  if (group) group.addEventListener("change", sift);

  // A link to an account unfolds the table, so that its row can be reached.
  const arrive = () => {
    const target = location.hash.startsWith("#a-") && document.getElementById(location.hash.slice(1));
    if (!target) return;
    unfold();
    target.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", arrive);
  arrive();
}
})();
