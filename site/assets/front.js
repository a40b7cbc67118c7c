// Answers the search of the overview: functions with a verdict for each line of hardware, hardware, messages, operators,
// and names without cases. Its data is loaded with the first search. The address holds the search.
"use strict";

const MOST_FUNCTIONS = 8;
const MOST_OTHERS = 4;
const NAMES_AFTER = 250; // milliseconds without a key, after which the large list of names is loaded

const VERBS = {
  executed: ["works", "works in part", "fails", "not tested enough"],
  compiled: ["compiles", "compiles in part", "does not compile", "not tested enough"],
  lowered: ["lowers", "lowers in part", "does not lower", "not tested enough"],
};
const DIFFERS = "differs by chip";

const form = document.getElementById("search");
const input = document.getElementById("q");
const answers = document.getElementById("answers");
const results = document.getElementById("results");
const found = document.getElementById("found");
const [cellsFile, indexFile, namesFile] = input.dataset.scripts.split(" ");
let rows;
let operators;
let described;
let rowsByName;
let timer;

async function load() {
  await Promise.all([loadScript(cellsFile), loadScript(indexFile)]);
  rows ??= cells.rows.map(rowOf).map((row) => ({ ...row, lowerNames: [row.name, ...row.aliases].map((name) => name.toLowerCase()) }));
  operators ??= searched.operators.flatMap(([note, page, names]) => names.map((name) => [name, note, page, name.toLowerCase()]));
  described ??= Object.fromEntries(
    ["hardware", "builds", "failures"].map((kind) => [
      kind,
      searched[kind].map((one) => [one, `${one[0]} ${one[1]} ${one[3]}`.toLowerCase()]),
    ]),
  );
  rowsByName ??= new Map(rows.map((row) => [row.name, row]));
}

// Returns the rows of all names of the same object. A removed name is no name of the object that it once named.
function rowsOfObject(row) {
  const others = row.aliases.map((name) => rowsByName.get(name));
  return [row, ...others.filter((other) => other?.aliases.includes(row.name))];
}

// Returns the verdict on a function for one family: symbol, word and tone; null without a result.
function verdictOf(row, targets) {
  const every = { kinds: cells.kinds.map(() => true) };
  const columns = targets.map((target) => cells.targets.indexOf(target)).filter((column) => column >= 0);
  const judged = rowsOfObject(row)
    .flatMap((one) => columns.map((column) => [one, unpacked(one, column)]))
    .map(([one, cell]) => cell && tallied(one, cell, every))
    .filter((cell) => cell?.judged);
  if (!judged.length) return null;
  const strongest = Math.min(...judged.map(({ evidence }) => evidence));
  const shown = judged.filter(({ evidence }) => evidence === strongest);
  const kinds = [...new Set(shown.map(({ kind }) => kind))];
  const kind = kinds.length === 1 ? kinds[0] : 1;
  const [, symbol, tone] = cells.portabilities.find(([word]) => word === KINDS[kind]);
  const [evidence] = cells.evidences[strongest];
  const absent = 1 << cells.outcomes.findIndex(([word]) => word === "absent");
  const word = kinds.length > 1 ? `${DIFFERS}, ${evidence}` : VERBS[evidence][kind];
  return { symbol, tone, word: shown.every(({ outcomes }) => outcomes === absent) ? "has no such name" : word };
}

function entry(address, name, isCode) {
  const line = element("li");
  line.append(element("a", name, { href: address, className: isCode ? "name" : "" }));
  return line;
}

function functionEntry(row, words) {
  const line = entry(row.page, row.name, true);
  if (row.name.startsWith("array_api.")) line.append(` in ${cells.frameworks[row.number][1]}`);
  const alias = hasWords(row.name.toLowerCase(), words) ? "" : row.aliases.find((name) => hasWords(name.toLowerCase(), words));
  if (alias) line.append(" ", element("small", `also ${alias}`, { className: "muted" }));
  const verdicts = element("span", "", { className: "verdicts" });
  const untested = [];
  for (const [family, targets] of searched.families) {
    const verdict = verdictOf(row, targets);
    if (!verdict) {
      untested.push(family);
      continue;
    }
    const part = element("span", `${family}: `);
    part.append(element("span", `${verdict.symbol} ${verdict.word}`, { className: verdict.tone }));
    verdicts.append(part);
  }
  if (untested.length) verdicts.append(element("span", `not tested: ${untested.join(", ")}`));
  line.append(verdicts);
  return line;
}

function nameEntry([name, state, page]) {
  const line = page ? entry(page, name, true) : element("li");
  if (!page) line.append(element("span", name, { className: "name" }));
  line.append(" ", element("small", state, { className: "muted" }));
  return line;
}

function otherEntry([text, note, address], isCode) {
  const line = entry(address, text, isCode);
  line.append(" ", element("small", note, { className: "muted" }));
  return line;
}

// Returns how well a row fits; its own name counts before its other names.
function misfitOf(row, words) {
  let best = 99;
  for (const [place, name] of row.lowerNames.entries()) {
    if (hasWords(name, words)) best = Math.min(best, misfit(name, words) + (place ? 0.5 : 0));
  }
  return best;
}

// Returns the functions that have all words in their name or in another name of the same object, the best first. Of
// the names of one object only the best is in the list.
function functionsOf(words) {
  const matching = rows.filter((row) => hasWords(row.text, words));
  const fits = new Map(matching.map((row) => [row, misfitOf(row, words)]));
  matching.sort(
    (one, other) => fits.get(one) - fits.get(other) || other.uses - one.uses || one.name.length - other.name.length,
  );
  const seen = new Set();
  return matching.filter((row) => {
    if (seen.has(row)) return false;
    for (const one of rowsOfObject(row)) seen.add(one);
    return true;
  });
}

// Returns the operators that have all words.
function operatorsOf(words, functions) {
  const ofFunctions = new Set(functions.slice(0, MOST_FUNCTIONS).flatMap(({ name }) => operatorNames(name)));
  return operators.filter(
    ([name, , , lower]) => hasWords(lower, words) || (ofFunctions.size && ofFunctions.has(name.split(".").slice(0, 4).join("."))),
  );
}

// Returns the names that an operator of PyTorch with the name of a function may have: `linalg_eigh`.
function operatorNames(name) {
  const [first, ...rest] = name.split(".");
  return first === "torch" ? [rest.at(-1), rest.slice(-2).join("_")].map((one) => `torch.ops.aten.${one}`) : [];
}

function operatorEntry([name, note, page]) {
  return otherEntry([name, note, `${page}#${searched.anchors[name] ?? name}`], true);
}

// Returns the hardware, builds or failures that have all words.
const entriesOf = (kind, words) => described[kind].filter(([, text]) => hasWords(text, words)).map(([one]) => one);

function foundFor(words) {
  const functions = functionsOf(words);
  const hardware = [...entriesOf("hardware", words), ...entriesOf("builds", words)];
  const failures = entriesOf("failures", words);
  const operators = operatorsOf(words, words.length === 1 && words[0][0].includes(".") ? functions : []);
  return { functions, hardware, failures, operators };
}

function draw(text, words) {
  const { functions, hardware, failures, operators } = foundFor(words);
  const most = (list) => list.slice(0, MOST_OTHERS);
  results.replaceChildren(
    ...most(hardware).map((one) => otherEntry(one, false)),
    ...functions.slice(0, MOST_FUNCTIONS).map((row) => functionEntry(row, words)),
    ...most(failures).map((one) => otherEntry(one, false)),
    ...most(operators).map(operatorEntry),
  );
  if (functions.length > MOST_FUNCTIONS) {
    results.append(entry(`matrix.html#${new URLSearchParams({ q: text })}`, "All of them in the matrix", false));
  }
  const other = hardware.length + failures.length + operators.length;
  found.value = `${counted(functions.length, "function")}${other ? `, ${counted(other, "other result")}` : ""}`;
  return { functions, other };
}

// Adds names without cases that have the words, or, if nothing was found, names that are spelled nearly like them.
async function addNames(text, words, { functions, other }) {
  await loadScript(namesFile);
  if (input.value !== text) return;
  const known = new Set(functions.flatMap((row) => [row.name, ...row.aliases]));
  const nearest = nearestNames(words, MOST_FUNCTIONS * 4);
  const spelled = nearest.filter(([name]) => hasWords(name.toLowerCase(), words));
  const others = spelled.filter(([name, , page]) => !known.has(name) && !page);
  const wanted = spelled.length ? others : functions.length || other ? [] : nearest;
  if (!spelled.length && wanted.length) found.value = "No name is spelled like that. The nearest:";
  const drawn = wanted.slice(0, MOST_OTHERS).map((one) => {
    const row = rowsByName.get(one[0]);
    return row ? functionEntry(row, searchWords(row.name)) : nameEntry(one);
  });
  results.append(...drawn);
  if (!results.childElementCount) found.value = "Nothing is like that.";
}

async function search() {
  clearTimeout(timer);
  const text = input.value;
  const words = searchWords(text);
  history.replaceState(null, "", `${location.pathname}${text ? `#${new URLSearchParams({ q: text })}` : ""}`);
  answers.hidden = !words.length;
  if (!words.length) return;
  await load();
  if (input.value !== text) return;
  const drawn = draw(text, words);
  timer = setTimeout(() => addNames(text, words, drawn), NAMES_AFTER);
}

// Moves between the field and the results.
function step(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || answers.hidden) return;
  const stops = [input, ...results.querySelectorAll("a")];
  const next = stops[stops.indexOf(document.activeElement) + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

input.addEventListener("focus", load, { once: true });
input.addEventListener("input", search);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await search();
  results.querySelector("a")?.focus();
});
form.addEventListener("keydown", step);
answers.addEventListener("keydown", step);
focusOnSlash(input);
// The field at the top of other pages leads here with its text as a query.
const saved = new URLSearchParams(location.hash.slice(1)).get("q") ?? new URLSearchParams(location.search).get("q");
if (saved) {
  input.value = saved;
  search();
}
