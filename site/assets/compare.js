// Compares any two sides: a framework on a target, by one kind of evidence, with one build or with the newest that both
// ran. Only what ran on both counts, as in `monitor.analysis.status.side_comparison`. The address holds the choice.
"use strict";

const NO_RESULT = ".";
const PASS = "0";
const MOST_CAUSES = 12;
const MOST_NAMES = 6;

const compareData = { functions: {}, sides: {}, groups: null }; // filled by scripts: a page opened from disk may read no other file
const { sides, frameworks, groups, outcomes, usual } = JSON.parse(document.getElementById("compared").textContent);
const form = document.getElementById("pair");
const section = document.getElementById("comparison");
const headline = document.getElementById("headline");
const figures = document.getElementById("figures");
const causes = document.getElementById("causes");
const field = (name) => form.elements.namedItem(name);
const FIELDS = ["a", "with", "b", "and"];

const percent = (part, whole) => {
  const share = (100 * part) / whole;
  const shown = part === whole || !part ? share.toFixed(0) : Math.min(Math.max(share, 0.1), 99.9).toFixed(1);
  return `${shown}\u202f%`;
};

async function sideOf(key) {
  const [, framework, target, evidence, file] = sides.find(([one]) => one === key);
  const name = key.slice(0, key.indexOf("/"));
  await Promise.all([loadScript(file), loadScript(frameworks[name])]);
  const data = compareData.sides[key];
  const functions = compareData.functions[name];
  const owner = functions.flatMap(([, , , size], place) => Array(size).fill(place));
  const outcomesOf = (place) => data.histories[data.rows[place]];
  return { key, framework, target, evidence, name, functions, owner, outcomesOf, ...data, said: new Map(data.said) };
}

// Returns whether the hardware can cause a difference: equal builds, and equal versions of the same compiler.
const comparable = ([, build, name, compiler], [, otherBuild, otherName, otherCompiler]) =>
  build === otherBuild && (name !== otherName || compiler === otherCompiler);

const columnOf = (side, title) => side.builds.findIndex(([one]) => one === title);
const latestColumn = (outcomesOfCase) => [...outcomesOfCase].findIndex((letter) => letter !== NO_RESULT);

// Returns, for each case with a result on both sides, its columns. Without chosen builds, they are those of the newest
// build that both ran; `apart` is true if no case has one, and then they are the latest of each side.
function commonCases(first, second, chosen) {
  const pairs = [];
  first.builds.forEach((build, one) => second.builds.forEach((other, two) => comparable(build, other) && pairs.push([one, two])));
  const found = [];
  const others = [];
  for (let place = 0; place < first.rows.length; place += 1) {
    const [one, two] = [first.outcomesOf(place), second.outcomesOf(place)];
    const columns = chosen.map((column, number) => (column >= 0 ? column : latestColumn([one, two][number])));
    const judged = ([left, right]) => left >= 0 && right >= 0 && one[left] !== NO_RESULT && two[right] !== NO_RESULT;
    const fixed = chosen.some((column) => column >= 0);
    const best = fixed ? (judged(columns) ? columns : null) : pairs.find(judged);
    if (best) found.push([place, ...best]);
    else if (!fixed && judged(columns)) others.push([place, ...columns]);
  }
  const apart = !found.length && others.length > 0;
  const cases = apart ? others : found;
  const compared = new Set(cases.map(([place]) => first.owner[place]));
  const left = new Set(others.map(([place]) => first.owner[place]).filter((owner) => !compared.has(owner)));
  return { cases, apart, left: left.size };
}

// Returns the results by function: the compared cases of each side with their columns, and where the function works.
function byCase(first, second, chosen) {
  const { cases, apart, left } = commonCases(first, second, chosen);
  const found = new Map();
  for (const [place, one, two] of cases) {
    const owner = first.owner[place];
    if (!found.has(owner)) found.set(owner, { functions: [owner, owner], cases: [[], []] });
    found.get(owner).cases[0].push([place, one]);
    found.get(owner).cases[1].push([place, two]);
  }
  return { rows: [...found.values()], apart, left };
}

// Returns the results by group of functions that compute the same: of each side the most-called one with a result.
async function byGroup(first, second, chosen) {
  await loadScript(groups);
  const both = [first, second];
  const numbers = both.map((side) => new Map(side.functions.map(([name], place) => [name, place])));
  const judged = both.map((side, number) => {
    const of = new Map();
    for (let place = 0; place < side.rows.length; place += 1) {
      const column = chosen[number] >= 0 ? chosen[number] : latestColumn(side.outcomesOf(place));
      if (column < 0 || side.outcomesOf(place)[column] === NO_RESULT) continue;
      const owner = side.owner[place];
      if (of.has(owner)) of.get(owner).push([place, column]);
      else of.set(owner, [[place, column]]);
    }
    return of;
  });
  const rows = [];
  for (const group of compareData.groups) {
    const functions = both.map(({ name }, number) =>
      (group[name] ?? []).map((one) => numbers[number].get(one)).find((place) => judged[number].has(place)),
    );
    if (functions.every((place) => place !== undefined)) {
      rows.push({ functions, cases: functions.map((place, number) => judged[number].get(place)) });
    }
  }
  return { rows, apart: false, left: 0 };
}

const works = (side, cases) => cases.every(([place, column]) => side.outcomesOf(place)[column] === PASS);

// Returns the newest build with which a failing case passes, if that is newer than the compared one; else an empty text.
function fixedWith(side, place, column) {
  const letters = side.outcomesOf(place);
  const newest = latestColumn(letters);
  return newest < column && letters[newest] === PASS ? side.builds[newest][0] : "";
}

// Returns whether a function fails in the comparison, and its compared cases pass in their latest results.
const isFixed = (side, cases) =>
  !works(side, cases) &&
  cases.every(([place]) => {
    const letters = side.outcomesOf(place);
    return letters[latestColumn(letters)] === PASS;
  });

// Returns the cause of a failing case: its current message if the outcome is still the same, else its outcome.
function causeOf(side, place, column) {
  const letters = side.outcomesOf(place);
  const outcome = letters[column];
  const since = [...letters.slice(0, column)].every((letter) => letter === NO_RESULT || letter === outcome);
  const group = since ? side.groups[side.said.get(place)] : undefined;
  return group && group[0] === Number.parseInt(outcome, 16) ? group : [Number.parseInt(outcome, 16), "", ""];
}

// Returns the functions by the most frequent cause of their failing cases on a side, the largest groups first.
function byCause(side, number, rows) {
  const found = new Map();
  for (const row of rows) {
    const counts = new Map();
    for (const [place, column] of row.cases[number]) {
      if (side.outcomesOf(place)[column] === PASS) continue;
      const cause = [...causeOf(side, place, column), fixedWith(side, place, column)];
      const key = cause.join("\0");
      counts.set(key, { cause, cases: (counts.get(key)?.cases ?? 0) + 1 });
    }
    const [key, most] = [...counts].sort(([, one], [, other]) => other.cases - one.cases)[0];
    if (!found.has(key)) found.set(key, { cause: most.cause, rows: [] });
    found.get(key).rows.push(row);
  }
  return [...found.values()].sort((one, other) => other.rows.length - one.rows.length);
}

function functionLink(side, place) {
  const [name, page] = side.functions[place];
  return element("a", name, { href: page || `functions/${side.name}/${name}.html`, className: "name" });
}

// Returns the functions of some rows as links; in a comparison of frameworks, both names.
function names(first, second, rows) {
  return rows.flatMap(({ functions: [one, two] }, number) => {
    const links = [functionLink(first, one)];
    if (first.name !== second.name) links.push(" and ", functionLink(second, two));
    return number ? [", ", ...links] : links;
  });
}

function nameList(first, second, rows) {
  const line = element("p", "", { className: "hit" });
  line.append(...names(first, second, rows.slice(0, MOST_NAMES)));
  if (rows.length <= MOST_NAMES) return [line];
  const more = element("details");
  const rest = element("p", "", { className: "hit" });
  rest.append(...names(first, second, rows.slice(MOST_NAMES)));
  more.append(element("summary", `and ${rows.length - MOST_NAMES} more`), rest);
  return [line, more];
}

const unitOf = (first, second) => (first.name === second.name ? "function" : "pair");

function causeItem(first, second, { cause: [outcome, message, anchor, fixed], rows }) {
  const [word, symbol, tone, meaning] = outcomes[outcome];
  const item = element("li");
  const what = element("p", "", { className: "what" });
  what.append(element("span", `${symbol} ${word}`, { className: `mark ${tone}` }), " ", element("b", counted(rows.length, unitOf(first, second))));
  if (fixed) what.append(" ", element("span", `✓ passes with ${fixed}`, { className: "mark good" }));
  if (anchor) what.append(" ", element("a", "all with this message", { href: `failures.html#${anchor}` }));
  item.append(what);
  item.append(element("div", message || meaning, { className: "said" }), ...nameList(first, second, rows));
  return item;
}

// Returns the functions that fail on one side, by cause; null if there is none.
function causeSection(title, first, second, number, rows) {
  if (!rows.length) return null;
  const part = element("section");
  part.append(element("h3", `${title}: ${counted(rows.length, unitOf(first, second))}`));
  const list = element("ul", "", { className: "groups" });
  const found = byCause([first, second][number], number, rows);
  list.append(...found.slice(0, MOST_CAUSES).map((one) => causeItem(first, second, one)));
  part.append(list);
  if (found.length > MOST_CAUSES) {
    const more = element("details");
    const rest = element("ul", "", { className: "groups" });
    rest.append(...found.slice(MOST_CAUSES).map((one) => causeItem(first, second, one)));
    more.append(element("summary", `${counted(found.length - MOST_CAUSES, "more cause")}`), rest);
    part.append(more);
  }
  return part;
}

// Returns the two sides in words that differ: the hardware, the framework or the build.
function titlesOf(first, second) {
  const [one, two] = ["with", "and"].map((name) => field(name).value);
  if (first.key === second.key) return [one || "newest build", two || "newest build"];
  const title = (side, other, build) =>
    [
      side.target === other.target && side.framework !== other.framework ? side.framework : side.target,
      side.target !== other.target && side.framework !== other.framework ? ` with ${side.framework}` : "",
      side.target === other.target && side.framework === other.framework ? `, ${side.evidence}` : "",
      build ? `, ${build}` : "",
    ].join("");
  return [title(first, second, one), title(second, first, two)];
}

function sourceWords(side, number, rows) {
  const used = new Map();
  for (const row of rows) for (const [, column] of row.cases[number]) used.set(column, (used.get(column) ?? 0) + 1);
  const builds = [...used].sort(([, one], [, other]) => other - one).map(([column]) => side.builds[column][0]);
  const nothing = side.evidence === "executed" ? "" : " (nothing ran)";
  return `${side.framework} on ${side.target}: ${side.evidence}${nothing}, ${builds.join(", ")}.`;
}

function figureTable(titles, parts, first, second) {
  const total = parts.reduce((sum, [, rows]) => sum + rows.length, 0);
  const callsOf = (rows) => rows.reduce((sum, { functions: [one] }) => sum + first.functions[one][2], 0);
  const calls = parts.reduce((sum, [, rows]) => sum + callsOf(rows), 0);
  const table = element("table", "", { className: "shares" });
  const head = element("tr");
  const columns = ["", first.name === second.name ? "Functions" : "Pairs", "Share"];
  if (calls) columns.push(`Share of ${calls.toLocaleString("en")} real calls`);
  head.append(...columns.map((text, place) => element(place ? "th" : "td", text, place ? { scope: "col", className: "number" } : {})));
  const body = parts.map(([title, rows]) => {
    const line = element("tr");
    line.append(element("th", title, { scope: "row" }));
    const cells = [rows.length.toLocaleString("en"), percent(rows.length, total)];
    if (calls) cells.push(percent(callsOf(rows), calls));
    line.append(...cells.map((text) => element("td", text, { className: "number" })));
    return line;
  });
  const top = element("thead");
  top.append(head);
  const bottom = element("tbody");
  bottom.append(...body);
  table.append(top, bottom);
  return table;
}

function draw(first, second, { rows, apart, left }) {
  const titles = titlesOf(first, second);
  const unit = first.name === second.name ? "functions" : "pairs of functions";
  if (!rows.length) {
    headline.textContent = `Nothing ran on both: ${titles.join(" and ")}`;
    figures.replaceChildren();
    causes.replaceChildren();
    return;
  }
  const parts = [[], [], [], []];
  for (const row of rows) {
    const [one, two] = [works(first, row.cases[0]), works(second, row.cases[1])];
    parts[one ? (two ? 0 : 1) : two ? 2 : 3].push(row);
  }
  const [both, firstOnly, secondOnly, neither] = parts;
  headline.textContent = `${percent(both.length, rows.length)} of ${rows.length.toLocaleString("en")} ${unit} work on both`;
  const share = (own) => (100 * (both.length + own.length)) / rows.length;
  const difference = Math.abs(share(firstOnly) - share(secondOnly)).toFixed(1);
  const alone = [firstOnly, secondOnly].map((own) => percent(both.length + own.length, rows.length));
  const lines = [
    `${titles[0]}: ${alone[0]} work. ${titles[1]}: ${alone[1]}. The difference is ${difference} percentage points.`,
    [sourceWords(first, 0, rows), ...(first.key === second.key ? [] : [sourceWords(second, 1, rows)])].join(" "),
  ];
  if (apart) lines.push("The two sides have no build in common, so the builds may be the cause of a difference.");
  for (const [number, side] of [first, second].entries()) {
    const fixed = rows.filter((row) => isFixed(side, row.cases[number])).length;
    if (!fixed || first.key === second.key) continue;
    lines.push(`${counted(fixed, "function")} of ${titles[number]} that ${fixed === 1 ? "fails" : "fail"} here ${fixed === 1 ? "works" : "work"} with a newer build.`);
  }
  if (left) lines.push(`${counted(left, "more function")} ran on both, but with different builds, and ${left === 1 ? "does" : "do"} not count.`);
  const labels = ["Work on both", `Only ${titles[0]}`, `Only ${titles[1]}`, "Neither"];
  const shares = element("div", "", { className: "scroll" });
  shares.append(figureTable(titles, labels.map((label, place) => [label, parts[place]]), first, second));
  figures.replaceChildren(...lines.map((line) => element("p", line)), shares);
  const working = element("details");
  const list = element("p", "", { className: "hit" });
  list.append(...names(first, second, both));
  working.append(element("summary", `Work on both: ${counted(both.length, unitOf(first, second))}`), list);
  const sections = [
    causeSection(`${titles[1]} works, ${titles[0]} fails`, first, second, 0, secondOnly),
    causeSection(`${titles[0]} works, ${titles[1]} fails`, first, second, 1, firstOnly),
    causeSection(`Both fail; the causes of ${titles[0]}`, first, second, 0, neither),
  ];
  causes.replaceChildren(...sections.filter(Boolean), working);
  if (first.name === second.name && first.target === second.target && columnOf(first, field("with").value) >= 0) {
    const state = new URLSearchParams({ fw: first.name, a: field("and").value, b: field("with").value, on: "" });
    figures.append(element("a", "All cases that differ between the two builds", { href: `builds/index.html#${state}` }));
  }
}

function fillBuilds(name, side, newest, chosen) {
  const select = field(name);
  select.replaceChildren(new Option(newest, ""), ...side.builds.map(([title]) => new Option(title, title)));
  select.value = chosen;
  if (select.selectedIndex < 0) select.value = "";
}

async function compare(state) {
  field("a").value = state.get("a");
  field("b").value = state.get("b");
  const keys = [field("a").value, field("b").value];
  let loadedSides;
  try {
    loadedSides = await Promise.all(keys.map(sideOf));
  } catch {
    section.hidden = false;
    headline.textContent = "The results could not be loaded.";
    return;
  }
  if (field("a").value !== keys[0] || field("b").value !== keys[1]) return; // another choice by then
  const [first, second] = loadedSides;
  for (const choice of form.querySelectorAll(".build")) choice.hidden = false;
  const newest = first.name === second.name ? "newest that both ran" : "newest";
  fillBuilds("with", first, newest, state.get("with") ?? "");
  fillBuilds("and", second, newest, state.get("and") ?? "");
  if (first.key === second.key && !field("with").value && !field("and").value && first.builds.length > 1) {
    field("with").value = first.builds[0][0];
    field("and").value = first.builds[1][0];
  }
  const chosen = [columnOf(first, field("with").value), columnOf(second, field("and").value)];
  draw(first, second, first.name === second.name ? byCase(first, second, chosen) : await byGroup(first, second, chosen));
  section.hidden = false;
}

const stateOf = () => new URLSearchParams(FIELDS.filter((name) => field(name).value).map((name) => [name, field(name).value]));

// Puts the choice into the address, without an escaped "/".
function remember() {
  history.replaceState(null, "", `${location.pathname}?${stateOf().toString().replaceAll("%2F", "/")}`);
}

function fillSides(select) {
  const byFramework = new Map();
  for (const [key, framework, target, evidence] of sides) {
    if (!byFramework.has(framework)) byFramework.set(framework, []);
    byFramework.get(framework).push(new Option(`${framework} on ${target}, ${evidence}`, key));
  }
  for (const [framework, options] of byFramework) {
    const group = element("optgroup", "", { label: framework });
    group.append(...options);
    select.append(group);
  }
}

async function change(state) {
  await compare(state);
  remember();
}

form.addEventListener("change", ({ target }) => {
  const state = stateOf();
  if (target.name === "a") state.delete("with");
  if (target.name === "b") state.delete("and");
  change(state);
});
document.getElementById("swap").addEventListener("click", () => {
  const old = stateOf();
  const swapped = { a: "b", with: "and", b: "a", and: "with" };
  change(new URLSearchParams(FIELDS.filter((name) => old.has(swapped[name])).map((name) => [name, old.get(swapped[name])])));
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  change(stateOf());
});
fillSides(field("a"));
fillSides(field("b"));
form.hidden = false;
const saved = new URLSearchParams(location.search);
const known = (key) => sides.some(([one]) => one === key);
if (known(saved.get("a")) && known(saved.get("b"))) compare(saved);
else [field("a").value, field("b").value] = usual;
