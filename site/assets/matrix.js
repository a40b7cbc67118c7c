// Draws the selected rows of the matrix, one page at a time, from the `cells` of the script before it. The page contains
// the first rows. The address holds the state, so that a view can be shared. It also compares two targets, `on` and
// `unlike`: on the newest build that both have, over the cases with a result on both.
"use strict";

const ROWS_PER_PAGE = 100; // few readers need the second page
const ROWS_AT_ONCE = 20; // most of a screen; the others follow
const ROWS_MORE = 8; // few enough for a phone to keep scrolling
const AHEAD = "0px 0px 200px"; // drawn before they scroll into view

const form = document.getElementById("filter");
const table = document.querySelector("#live table");
const box = table.parentElement;
const head = table.tHead;
const [body] = table.tBodies;
const found = document.getElementById("found");
const pager = document.getElementById("pager");
const range = document.getElementById("range");
const nothing = document.getElementById("nothing");

const words = cells.outcomes.map(([word]) => word);
const kindsOf = KINDS.map((word) => cells.portabilities.find(([w]) => w === word));
const rows = cells.rows.map(rowOf);
const usual = cells.usual.map(([, evidence]) => evidence); // of each column
const studied = rows.some(({ uses }) => uses);

let sort = "";
let first = 0;
let ending; // observes the last row in the table

// Returns the numbers of the kinds that a choice shows; null if it is no kind.
function kindsShown(choice) {
  if (choice === "failing") return [1, 2];
  const kind = kindsOf.findIndex(([word]) => word === choice);
  return kind < 0 ? null : [kind];
}

// Returns a cell restricted to the selected dtype, mode and evidence; null if no case is left.
function judge(row, column, want) {
  const cell = unpacked(row, column);
  return cell && (want.evidence < 0 || cell.evidence === want.evidence) ? tallied(row, cell, want) : null;
}

// Returns whether the hardware can cause a difference: the builds are equal, and so are versions of the same compiler.
function comparable(some, others) {
  if (some.length !== 1 || others.length !== 1) return false;
  const [[build, compiler], [otherBuild, otherCompiler]] = [cells.sources[some[0]], cells.sources[others[0]]];
  const [name, otherName] = [compiler, otherCompiler].map((text) => text.split(" ")[0]);
  return build === otherBuild && (name !== otherName || compiler === otherCompiler);
}

// Returns the cells of two targets over the cases with a result on both, on the newest build that both have. If they
// have no common build, `apart` is true. Null if no case has a result on both.
function pairOf(row, [column, other], want) {
  const [one, two] = [unpacked(row, column), unpacked(row, other)];
  if (!one || !two || (want.evidence >= 0 && (one.evidence !== want.evidence || two.evidence !== want.evidence))) return null;
  const choices = (cell, of) => [
    cell,
    ...row.earlier.filter(([at]) => at === of).map(([, source, letters]) => ({ ...cell, letters, sources: [source] })),
  ];
  const pairs = choices(one, column).flatMap((first) => choices(two, other).map((second) => [first, second]));
  const alike = pairs.filter(([first, second]) => comparable(first.sources, second.sources) && common(row, first, second, want).size);
  alike.sort(([first, second], [third, fourth]) => newest(third, fourth) - newest(first, second));
  const [chosen] = alike.length ? alike : pairs;
  const places = common(row, ...chosen, want);
  if (!places.size) return null;
  return { cells: chosen.map((cell) => ({ ...tallied(row, cell, want, places), others: NO_OTHERS })), apart: !alike.length };
}

const newest = (one, two) => Math.max(...one.sources, ...two.sources); // sources are in the order of builds

// Returns the places of the cases with a result in both cells.
function common(row, one, two, want) {
  const places = new Set();
  const judges = (letter) => letter !== "." && Number.parseInt(letter, 11) !== BLOCKED;
  for (let place = 0; place < one.letters.length; place += 1) {
    if (want.kinds[row.kinds[place]] && judges(one.letters[place]) && judges(two.letters[place])) places.add(place);
  }
  return places;
}

function state() {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
}

function wanted(chosen) {
  return {
    words: searchWords(chosen.q ?? ""),
    kinds: cells.kinds.map(
      ([mode, dtype]) => (!chosen.mode || chosen.mode === mode) && (!chosen.dtype || chosen.dtype === dtype),
    ),
    evidence: cells.evidences.findIndex(([word]) => word === chosen.evidence),
    outcome: words.indexOf(chosen.is),
    kindsShown: kindsShown(chosen.is),
    on: cells.targets.indexOf(chosen.on),
    unlike: cells.targets.indexOf(chosen.unlike),
  };
}

function shows(cell, want) {
  if (want.outcome >= 0) return Boolean(cell.outcomes & (1 << want.outcome));
  return !want.kindsShown || want.kindsShown.includes(cell.kind);
}

const differs = ({ cells: [one, other] }) => one.kind !== other.kind;

// Returns the cells of a function, one per column.
function judgeAll(row, columns, want) {
  return columns.map((column) => judge(row, column, want));
}

function named(row, chosen, want) {
  if (chosen.fw && row.framework !== chosen.fw) return false;
  if (chosen.of && row.standard !== (chosen.of === "standard")) return false;
  if (chosen.stratum && row.stratum !== chosen.stratum) return false;
  return hasWords(row.text, want.words);
}

// Returns the functions whose status differs between two targets, each with its pair, and the number tested on both.
function compare(chosen, want, columns) {
  const pairs = new Map();
  for (const row of rows) {
    const pair = named(row, chosen, want) ? pairOf(row, columns, want) : null;
    if (pair) pairs.set(row, pair);
  }
  const tested = pairs.size;
  for (const [row, pair] of pairs) if (!differs(pair) || !shows(pair.cells[0], want)) pairs.delete(row);
  return { pairs, tested };
}

// Returns the selected rows. A search by name alone needs no cell.
function select(chosen, want, columns) {
  const byCells = ["is", "on", "dtype", "mode", "evidence"].some((name) => chosen[name]);
  return rows.filter((row) => {
    if (!named(row, chosen, want)) return false;
    if (!byCells) return true;
    const judged = judgeAll(row, columns, want);
    const looked = want.on >= 0 ? [judged[columns.indexOf(want.on)]] : judged;
    return looked.some((cell) => cell && shows(cell, want));
  });
}

function sorted(picked, want, columns) {
  const column = cells.targets.indexOf(sort);
  if (columns.includes(column)) {
    const share = (cell) => (cell?.judged ? cell.passed / cell.judged : 2);
    const shares = new Map(picked.map((row) => [row, share(judge(row, column, want))]));
    picked.sort((one, other) => shares.get(one) - shares.get(other));
  } else if (sort === "uses") picked.sort((one, other) => other.uses - one.uses);
  return picked;
}

const number = (count) => count.toLocaleString("en");

function heading(label, key, small) {
  const cell = element("th", "", { scope: "col" });
  const button = element("button", label, { type: "button" });
  button.dataset.sort = key;
  if (sort === key) cell.ariaSort = key === "uses" ? "descending" : "ascending";
  cell.append(button);
  if (small) cell.append(" ", element("small", small));
  return cell;
}

// Returns builds, each with its compiler if that is a separate package, for a head or a cell.
function titles(sources) {
  const title = ([build, compiler]) => (compiler ? `${build} with ${compiler}` : build);
  return [...new Set(sources.map((source) => title(cells.sources[source])))].join(", ");
}

function builds(sources) {
  return [...new Set(sources.map((source) => cells.sources[source][0]))].join(", ");
}

function drawHead(columns, framework) {
  const row = element("tr");
  row.append(heading("Function", ""));
  for (const column of columns) {
    const evidence = cells.evidences[usual[column]];
    const seen = evidence ? evidence[0] : "no evidence";
    const cell = heading(cells.targets[column], cells.targets[column], cells.sites[column] ? `${seen}, from a fork` : seen);
    for (const [number, sources] of Object.entries(cells.made[column])) {
      if (framework && cells.frameworks[number][0] !== framework) continue;
      const made = element("small", "", { className: "made" });
      made.append(element("bdi", titles(sources)));
      cell.append(" ", made);
    }
    row.append(cell);
  }
  if (studied) row.append(heading("Uses", "uses", "in the study"));
  head.replaceChildren(row);
}

function drawCell(row, cell, column, apart) {
  if (!cell) return element("td", "–");
  const [word, symbol, tone] = kindsOf[cell.kind];
  const count = cell.judged ? `${cell.passed}/${cell.judged} ` : "";
  const unknown = cell.unjudged && cell.judged ? `, ${cell.unjudged} unknown` : "";
  const few = cell.kind === 3 && cell.judged > 0; // the cases with a result pass, but are too few
  const status = few ? `${cell.judged} of ${cell.judged + cell.unjudged} judged` : `${count}${word}${unknown}`;
  const link = element("a", `${symbol} ${status}`, {
    href: cells.sites[column] + row.page + (cells.sites[column] ? "" : `#${cells.anchors[cell.anchor]}`),
  });
  if (cell.evidence >= 0 && (cell.evidence !== usual[column] || cell.others.length)) {
    const others = cell.others.map((other) => cells.evidences[other][0]).join(", ");
    link.append(element("small", cells.evidences[cell.evidence][0] + (others ? `; also ${others}` : "")));
  }
  if (cell.sources.length && (apart || String(cell.sources) !== String(madeOf(row, column)))) {
    link.append(element("small", titles(cell.sources)));
  }
  const drawn = element("td", "", { className: tone });
  drawn.append(link);
  return drawn;
}

function drawRow(row, columns, want, pair) {
  const line = element("tr");
  const name = element("th", "", { scope: "row" });
  name.append(element("a", row.name, { href: row.page }));
  const matches = (text) => hasWords(text.toLowerCase(), want.words);
  const alias = matches(row.name) ? "" : row.aliases.find(matches);
  if (alias) name.append(" ", element("small", `also ${alias}`));
  const drawn = pair ? pair.cells : judgeAll(row, columns, want);
  line.append(name, ...drawn.map((cell, place) => drawCell(row, cell, columns[place], pair?.apart)));
  if (studied) line.append(element("td", row.uses ? number(row.uses) : "–", { className: "number" }));
  return line;
}

// Draws the first screen, unless the table has the same rows already (`there`). The others follow on scrolling.
function drawRows(picked, columns, want, pairs, there) {
  const lines = (from, to) => picked.slice(from, to).map((row) => drawRow(row, columns, want, pairs?.get(row)));
  const follow = () => {
    ending.disconnect();
    if (body.rows.length < picked.length) ending.observe(body.lastElementChild);
  };
  ending?.disconnect();
  ending = new IntersectionObserver(
    ([last]) => {
      if (!last.isIntersecting) return;
      body.append(...lines(body.rows.length, body.rows.length + ROWS_MORE));
      follow();
    },
    { root: box, rootMargin: AHEAD },
  );
  table.ariaRowCount = String(1 + picked.length); // with the head
  if (!there) body.replaceChildren(...lines(0, ROWS_AT_ONCE));
  follow();
}

// Returns a sentence: how many of the functions tested on both targets differ, and why it may not be the hardware.
function compared(pairs, tested) {
  const all = [...pairs.values()];
  const apart = all.filter((pair) => pair.apart).length;
  const mixed = all.filter(({ cells: [one, other] }) => one.evidence !== other.evidence).length;
  const doubts = [
    ...(apart ? [`${number(apart)} between different builds`] : []),
    ...(mixed ? [`${number(mixed)} by different evidence`] : []),
  ];
  const alike = all.filter((pair) => !pair.apart).map((pair) => pair.cells[0].sources[0]);
  const made = alike.length ? `, with ${builds(alike)}` : "";
  const result = `${number(pairs.size)} of ${number(tested)} functions tested on both differ${made}`;
  return doubts.length ? `${result}; ${doubts.join(", ")}` : result;
}

function draw(there = 0) {
  const chosen = state();
  const want = wanted(chosen);
  const pair = want.on >= 0 && want.unlike >= 0 && want.on !== want.unlike;
  if (!pair) want.unlike = -1;
  const columns = pair ? [want.on, want.unlike] : cells.targets.map((_, place) => place);
  const { pairs, tested } = pair ? compare(chosen, want, columns) : {};
  const picked = sorted(pairs ? [...pairs.keys()] : select(chosen, want, columns), want, columns);
  if (first >= picked.length) first = 0;
  drawHead(columns, chosen.fw);
  drawRows(picked.slice(first, first + ROWS_PER_PAGE), columns, want, pairs, there);
  found.value = pairs ? compared(pairs, tested) : `${number(picked.length)} of ${number(rows.length)} functions`;
  nothing.hidden = picked.length > 0;
  nothing.dispatchEvent(new CustomEvent("unmatched", { detail: picked.length ? "" : (chosen.q ?? "") }));
  table.hidden = !picked.length;
  pager.hidden = picked.length <= ROWS_PER_PAGE;
  range.textContent = `${number(first + 1)} to ${number(Math.min(first + ROWS_PER_PAGE, picked.length))}`;
  document.getElementById("earlier").disabled = first === 0;
  document.getElementById("later").disabled = first + ROWS_PER_PAGE >= picked.length;
}

function remember() {
  const now = new URLSearchParams(state());
  if (sort) now.set("sort", sort);
  if (first) now.set("from", String(first + 1));
  history.replaceState(null, "", now.size ? `#${now}` : location.pathname + location.search);
}

// Restores the view of the address. The page contains the first rows of the view without a state.
function recall(there = 0) {
  const saved = new URLSearchParams(location.hash.slice(1) || location.search);
  for (const field of form.elements) {
    if (!field.name) continue;
    field.value = saved.get(field.name) ?? "";
    if (field.selectedIndex < 0) field.value = "";
  }
  sort = saved.get("sort") ?? "";
  first = Math.max(0, (Number.parseInt(saved.get("from"), 10) || 1) - 1);
  draw(saved.size ? 0 : there);
}

function show(from) {
  first = from;
  draw();
  remember();
  box.scrollTop = 0;
}

function step(event) {
  const [down, right] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key] ?? [];
  const from = event.target.closest?.("tbody td, tbody th");
  if (down === undefined || !from || event.altKey || event.ctrlKey || event.metaKey) return;
  let row = from.parentElement;
  let column = from.cellIndex;
  do {
    row = down > 0 ? row.nextElementSibling : down < 0 ? row.previousElementSibling : row;
    column += right;
    const link = row?.cells[column]?.querySelector("a");
    if (link) {
      event.preventDefault();
      link.focus();
      return;
    }
  } while (row?.cells[column]);
}

form.addEventListener("input", () => show(0));
form.addEventListener("reset", () => {
  sort = "";
  setTimeout(() => show(0)); // the fields are empty only after this event
});
form.addEventListener("submit", (event) => event.preventDefault());
table.addEventListener("click", (event) => {
  const key = event.target.closest("button")?.dataset.sort;
  if (key === undefined) return;
  sort = sort === key ? "" : key;
  show(0);
  head.querySelector(`button[data-sort="${CSS.escape(key)}"]`).focus();
});
table.addEventListener("keydown", step);
document.getElementById("earlier").addEventListener("click", () => show(Math.max(0, first - ROWS_PER_PAGE)));
document.getElementById("later").addEventListener("click", () => show(first + ROWS_PER_PAGE));
focusOnSlash(document.getElementById("q"));
addEventListener("hashchange", () => recall());
recall(body.rows.length);
