(() => {
"use strict";
const root = document.documentElement;
const find = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
root.classList.add("js");
root.style.setProperty("--running", `"${CSS.escape(document.title)}"`);

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
  const text = part.dataset.t || find(".tip", part)?.textContent || find(".vh", part).textContent;
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
  if (!part) { hideTip(); return; }
  showDescription(part);
  part.classList.toggle("to", Boolean(linkOf(part)));
});
document.addEventListener("scroll", hideTip, { passive: true });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });

// What a part of a chart stands for is a link elsewhere: in its row, or below the map of hours. A finger reads, a mouse opens.
const linkOf = (part) => {
  const row = part.closest(".walk tr");
  return row && (row.closest(".heat") ? find(`#w${row.rowIndex}`) : find("a", row));
};
const follow = (link, { ctrlKey, metaKey, shiftKey }) => {
  link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
};
let byMouse = false;
document.addEventListener("pointerdown", (event) => { byMouse = event.pointerType === "mouse"; });

// Tables drawn as charts: the arrow keys go from part to part.
all(".walk").forEach((box) => {
  let current = null;
  const leave = () => { if (current) current.classList.remove("at"); hideTip(); };
  box.addEventListener("blur", leave);
  box.addEventListener("click", (event) => {
    const part = byMouse && !event.target.closest("a") && event.target.closest("[data-t]");
    if (part && linkOf(part)) follow(linkOf(part), event);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === box && current && linkOf(current)) follow(linkOf(current), event);
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
    box.classList.toggle("to", Boolean(find("a", days[current])));
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
  const open = (event) => {
    const link = box.classList.contains("on") && find("a", days[current]);
    if (link) follow(link, event);
  };
  box.addEventListener("click", (event) => { if (byMouse && !event.target.closest("a")) open(event); });
  document.addEventListener("scroll", () => { if (box.classList.contains("on")) moveTo(current); }, { passive: true });
  box.addEventListener("blur", leave);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") open(event);
    const target = { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: last }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    moveTo(target, true);
  });
});

// What can be taken away: the summary as text, tables as CSV, charts as pictures.
const save = (name, blob) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${root.dataset.day || root.dataset.period || "aviary"}-${name}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};
const addButton = (box, text, label, act) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", () => act(button));
  box.append(button);
};
const takeBox = (after) => {
  const box = document.createElement("p");
  box.className = "take";
  after.after(box);
  return box;
};
const nameOf = (part) => (find("caption, figcaption b", part) || part).textContent.trim();
const fileOf = (part) => nameOf(part).toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 40);

// A cell's exact figure, or its text; a text that a spreadsheet would run gets an apostrophe, as in the day's CSV.
const cellText = (cell) => {
  if (cell.dataset.v !== undefined) return cell.dataset.v;
  const text = cell.textContent.replace(/\s+/g, " ").trim().replace(/^\u2212(?=\d)/, "-");
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.,]+[%kM]?$/.test(text) ? `'${text}` : text;
};
const isShown = (row) => getComputedStyle(row).display !== "none";
const asCsv = (table) => [...table.rows].filter(isShown).map((row) => [...row.cells].flatMap((cell) => {
  const text = `"${cellText(cell).replaceAll('"', '""')}"`;
  return [text, ...Array(cell.colSpan - 1).fill("")];
}).join(",")).join("\r\n");
all("main table:not(.month)").forEach((one) => {
  const box = takeBox(one.closest(".scroll, .walk") || one);
  const saved = () => save(`${fileOf(one)}.csv`, new Blob(["\ufeff", asCsv(one), "\r\n"], { type: "text/csv" }));
  addButton(box, "CSV", `Save as CSV: ${nameOf(one)}`, saved);
});

// A picture of a plot as it is seen: its style stands in each part, because it leaves the page's behind.
const DRAWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-family", "font-weight", "vector-effect", "display"];
const asSvg = (plot) => {
  const copy = plot.cloneNode(true);
  const parts = all("*", copy);
  all("*", plot).forEach((part, place) => {
    const style = getComputedStyle(part);
    DRAWN.forEach((name) => parts[place].setAttribute(name, style.getPropertyValue(name)));
  });
  all("a", copy).forEach((link) => link.removeAttribute("href")); // a picture is saved elsewhere
  const { width, height } = plot.getBoundingClientRect();
  const left = 48;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.setAttribute("overflow", "visible");
  const ground = getComputedStyle(plot.closest(".card")).backgroundColor;
  return { svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${width + left + 16}" height="${height + 16}">`
    + `<rect width="100%" height="100%" fill="${ground}"/><svg x="${left}" y="8" overflow="visible" width="${width}" height="${height}">`
    + `${new XMLSerializer().serializeToString(copy)}</svg></svg>`, width: width + left + 16, height: height + 16 };
};
const asPng = async (plot) => {
  const { svg, width, height } = asSvg(plot);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * width;
  canvas.height = 2 * height;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => { canvas.toBlob(done, "image/png"); });
};
all(".plotbox").forEach((part) => {
  const plot = find(".plot", part);
  const figure = part.closest("figure");
  const box = takeBox(part);
  addButton(box, "SVG", `Save as SVG: ${nameOf(figure)}`, () => save(`${fileOf(figure)}.svg`, new Blob([asSvg(plot).svg], { type: "image/svg+xml" })));
  addButton(box, "PNG", `Save as PNG: ${nameOf(figure)}`, async () => save(`${fileOf(figure)}.png`, await asPng(plot)));
});

// The clipboard is refused to pages from disk in some browsers: then the text is selected, to be copied by hand.
const lead = find(".lead");
if (lead) {
  const lines = (parts) => parts.map((part) => part.textContent.replace(/\s+/g, " ").trim());
  const withoutWhy = (alert) => {
    const copy = alert.cloneNode(true);
    all(".why, .step", copy).forEach((part) => part.remove());
    return copy;
  };
  addButton(takeBox(lead.lastElementChild), "Copy summary", "Copy the summary", async (button) => {
    const told = [document.title, ...lines(all("p:not(.take)", lead)), ...lines(all(".alerts :is([data-alert], .ended li)").map(withoutWhy)).map((line) => `- ${line}`)];
    try {
      await navigator.clipboard.writeText(told.join("\n"));
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(lead);
      button.textContent = "Selected: now copy";
    }
  });
}

// The order of pairs by their first parts; what has no figure comes last, whichever way.
const nullsLast = (compare) => ([a], [b]) => (a === null || b === null ? (a === null) - (b === null) : compare(a, b));

// An account's posts. The order stands in the address's fragment, as the accounts table's.
const posts = find("#posts");
if (posts) {
  const cards = [...posts.children];
  const firstCards = cards.filter((card) => !card.classList.contains("more")).length;
  const order = find("#order");
  const showPosts = find("#show-posts");
  const showAllPosts = () => { posts.classList.add("full"); if (showPosts) showPosts.parentElement.hidden = true; };
  if (showPosts) showPosts.addEventListener("click", showAllPosts);
  const kinds = ["post", "reply", "quote"];
  const [ENGAGEMENT, TIMES, TONE, TIME] = [0, 1, 2, 3];
  const orders = {
    engagement: [ENGAGEMENT, -1], times: [TIMES, -1], negative: [TONE, 1], positive: [TONE, -1],
    earliest: [TIME, 1], latest: [TIME, -1], kind: [null, 1],
  };
  const sortPosts = (name) => {
    const [place, sign] = orders[name];
    const value = (card) => {
      if (place === null) return kinds.indexOf(card.dataset.kind);
      const text = card.dataset.sort.split(",")[place];
      return text === "" ? null : Number(text);
    };
    const keyed = cards.map((card) => [value(card), card]);
    keyed.sort(nullsLast((a, b) => sign * (a - b)));
    keyed.forEach(([, card], place) => card.classList.toggle("more", place >= firstCards));
    posts.append(...keyed.map(([, card]) => card));
  };
  const load = () => {
    const name = location.hash.startsWith("#order=") ? location.hash.slice(7) : "";
    if (order && Object.hasOwn(orders, name)) {
      order.value = name;
      sortPosts(name);
      posts.closest("section").scrollIntoView();
    }
    const target = location.hash.startsWith("#p-") && document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.classList.contains("more")) showAllPosts();
    target.scrollIntoView({ block: "center" });
  };
  if (order) order.addEventListener("change", () => {
    sortPosts(order.value);
    try { history.replaceState(null, "", `#order=${order.value}`); } catch { /* some readers of local files refuse */ }
  });
  addEventListener("hashchange", load);
  load();
}

// The accounts table. What is sorted and filtered stands in the address's fragment, so that it can be passed on: a query
// would break a signed link.
const table = find("#table");
if (table) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = all("th[data-s]", table);
  const byEngagement = find("[aria-sort]", table);
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
  const sortBy = (head, descending) => {
    const kind = head.dataset.s;
    all("[aria-sort]", table).forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const sign = descending ? -1 : 1;
    const keyed = rows.map((row) => [value(row, head.cellIndex, kind), row]);
    keyed.sort(nullsLast((a, b) => sign * (kind === "text" ? a.localeCompare(b) : a - b)));
    keyed.forEach(([, row], place) => row.classList.toggle("more", place >= firstRows));
    body.append(...keyed.map(([, row]) => row));
  };

  const filter = find("#filter");
  const group = find("#group");
  const oddOnly = find("#odd-only");
  const named = rows.map((row) => [row, `@${row.id.slice(2)} ${find("bdi", row).textContent}`.toLowerCase()]);
  const applyFilters = () => {
    const wanted = filter.value.trim().toLowerCase();
    const chosen = group ? group.value : "";
    const narrowed = wanted || chosen || oddOnly.checked;
    if (narrowed) showAllRows();
    named.forEach(([row, text]) => {
      row.classList.toggle("off", !text.includes(wanted) || (chosen !== "" && row.dataset.g !== chosen));
    });
    const left = rows.filter((row) => !row.classList.contains("off") && (!oddOnly.checked || row.classList.contains("odd")));
    const sum = (column) => left.reduce((total, row) => total + value(row, column, "number"), 0).toLocaleString("en");
    const some = `${left.length} of ${rows.length} accounts in this table: ${sum(2)} engagement, ${sum(1)} posts. All else on this page is of all accounts.`;
    const none = `No account of this table matches. Clear the filter to see all ${rows.length}.`;
    find("#found").textContent = narrowed ? (left.length ? some : none) : "";
  };

  const saveState = () => {
    const sorted = find("[aria-sort]", table);
    const ascending = sorted.getAttribute("aria-sort") === "ascending";
    const state = new URLSearchParams();
    if (sorted !== byEngagement || ascending) state.set("sort", (ascending ? "" : "-") + sorted.dataset.k);
    if (filter.value.trim()) state.set("filter", filter.value.trim());
    if (group && group.value) state.set("group", group.value);
    if (oddOnly.checked) state.set("unusual", "1");
    const address = state.size ? `#${state}` : location.pathname + location.search;
    try { history.replaceState(null, "", address); } catch { /* some readers of local files refuse */ }
  };
  const loadState = () => {
    if (!location.hash.includes("=")) return;
    const state = new URLSearchParams(location.hash.slice(1));
    const sort = state.get("sort") || "-engagement";
    const head = heads.find((one) => one.dataset.k === sort.replace(/^-/, ""));
    if (head) sortBy(head, sort.startsWith("-"));
    filter.value = state.get("filter") || "";
    if (group) group.value = [...group.options].some((one) => one.value === state.get("group")) ? state.get("group") : "";
    oddOnly.checked = state.has("unusual");
    applyFilters();
  };

  heads.forEach((head) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const sorted = head.getAttribute("aria-sort");
      sortBy(head, sorted ? sorted === "ascending" : head.dataset.s === "number");
      saveState();
    });
  });
  const narrow = () => { applyFilters(); saveState(); };
  filter.addEventListener("input", narrow);
  if (group) group.addEventListener("change", narrow);
  oddOnly.addEventListener("change", narrow);

  // A link to the table can narrow it; without script it leads to the whole table.
  all("a[data-narrow]").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    location.hash = link.dataset.narrow;
    table.closest(".card").scrollIntoView();
  }));

  // A link to an account shows all rows, so that its row can be reached.
  const showTarget = () => {
    const target = location.hash.startsWith("#a-") && document.getElementById(location.hash.slice(1));
    if (!target) return;
    showAllRows();
    target.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", () => { loadState(); showTarget(); });
  loadState();
  showTarget();
}
})();
