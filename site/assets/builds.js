// Compares any two builds of a framework: differing cases, grouped by message, and signatures. The address holds the state.
"use strict";

const MAX_SHOWN = 40; // cases per group; the others are counted

const { outcomes, frameworks } = JSON.parse(document.getElementById("frameworks").textContent);
const comparisons = {}; // by framework, each from its own script: a page opened from disk may read no other file
const form = document.getElementById("pair");
const result = document.getElementById("result");
const differences = document.getElementById("differences");
const signatures = document.getElementById("signatures");
const field = (name) => form.elements.namedItem(name);
const root = "../";

function fill(select, options, chosen) {
  select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
  select.value = chosen;
  if (select.selectedIndex < 0) select.selectedIndex = 0;
}

function comparison() {
  return comparisons[field("fw").value];
}

// Calls `next` when the comparison of the selected framework is loaded.
function loaded(next) {
  if (comparison()) return next();
  const [, , file] = frameworks.find(([key]) => key === field("fw").value);
  const script = Object.assign(document.createElement("script"), { src: root + file });
  script.addEventListener("load", () => { if (comparison()) next(); }); // another may be selected by then
  script.addEventListener("error", () => { result.value = "The comparison could not be loaded."; });
  document.head.append(script);
}

// Returns the outcome of a case with a build: after the last change up to it, or before the first change after it.
function outcomeWith(turns, build) {
  let outcome = turns[0][1];
  for (const [since, , after] of turns) if (since <= build) outcome = after;
  return outcome;
}

function between(turns, from, to) {
  return turns.filter(([since]) => since > Math.min(from, to) && since <= Math.max(from, to)).at(-1);
}

function mark(outcome) {
  const [word, symbol, tone] = outcomes[outcome] ?? ["not in the suite", "–", "none"];
  return element("span", `${symbol} ${word}`, { className: `mark ${tone}` });
}

function group(cases) {
  const item = element("li");
  const { before, after, message } = cases[0];
  const alike = cases.every((one) => one.message === message);
  const head = element("p", "", { className: "what" });
  head.append(mark(before), " → ", mark(after), " ", element("b", counted(cases.length, "case")));
  item.append(head);
  if (message) {
    const whose = alike ? "" : `${cases[0].case.slice(cases[0].case.indexOf("/") + 1)}: `; // the message belongs to this case
    item.append(element("div", whose + message.slice(0, 300), { className: "said" }));
  }
  const more = element("details");
  more.append(element("summary", [...new Set(cases.map((one) => one.function))].slice(0, 4).join(", ")));
  const list = element("ul");
  for (const one of cases.slice(0, MAX_SHOWN)) {
    const line = element("li", "", { className: "name" });
    line.append(element("a", one.case, { href: root + one.address }), ` on ${one.target}, ${one.evidence}`);
    list.append(line);
  }
  if (cases.length > MAX_SHOWN) list.append(element("li", `and ${cases.length - MAX_SHOWN} more`));
  more.append(list);
  item.append(more);
  return item;
}

// Returns each signature of a function, which may break between its parts.
function callsOf(name, calls) {
  if (!calls.length) return [element("p", "none", { className: "signature" })];
  return calls.map((parts) => {
    const line = element("p", "", { className: "signature" });
    line.append(element("b", name), ...parts.flatMap((part) => [element("span", part), document.createElement("wbr")]));
    return line;
  });
}

// Draws the signatures that differ between two builds. A signature may have changed several times between them.
function drawSignatures(from, to) {
  const [older, newer] = [from, to].sort((one, other) => one - other);
  const changed = new Map();
  for (const [since, name, before, after] of comparison().signatures) {
    if (since > older && since <= newer) changed.set(name, [changed.get(name)?.[0] ?? before, after]);
  }
  const differing = [...changed].filter(([, [before, after]]) => String(before) !== String(after));
  signatures.hidden = !differing.length;
  signatures.querySelector("h3").textContent = `${counted(differing.length, "signature")} changed`;
  signatures.querySelector("ul").replaceChildren(
    ...differing.map(([name, texts]) => {
      const [before, after] = from > to ? [...texts].reverse() : texts;
      const item = element("li");
      const short = name.split(".").at(-1);
      item.append(element("p", name, { className: "name" }), ...callsOf(short, before));
      item.append(element("p", "became", { className: "muted" }), ...callsOf(short, after));
      return item;
    }),
  );
}

function draw() {
  const { builds, cases } = comparison();
  const from = Number(field("a").value);
  const to = Number(field("b").value);
  const groups = new Map();
  let differing = 0;
  for (const [target, , evidence, name, address, turns] of cases) {
    if (field("on").value && field("on").value !== target) continue;
    const before = outcomeWith(turns, from);
    const after = outcomeWith(turns, to);
    const turn = between(turns, from, to);
    if (before === after || !turn) continue;
    differing += 1;
    const cause = `${before} ${after} ${turn[3]}`;
    if (!groups.has(cause)) groups.set(cause, []);
    groups.get(cause).push({
      case: name, function: name.split("/")[1], target, evidence, address, before, after, message: turn[4],
    });
  }
  const sorted = [...groups.values()].sort((one, other) => other.length - one.length);
  differences.replaceChildren(...sorted.map(group));
  drawSignatures(from, to);
  result.value =
    from === to
      ? "Choose two builds."
      : `${counted(differing, "case")} differ between ${builds[from][0]} and ${builds[to][0]}` +
        (differing ? `, in ${counted(groups.size, "group")}.` : ".");
}

function choices(state) {
  const { builds, cases } = comparison();
  const newestFirst = builds.map(([title], number) => [String(number), title]).reverse();
  const numberOf = (title, otherwise) => String(builds.findIndex(([one]) => one === title)).replace("-1", otherwise);
  fill(field("a"), newestFirst, numberOf(state.get("a"), String(Math.max(0, builds.length - 2))));
  fill(field("b"), newestFirst, numberOf(state.get("b"), String(builds.length - 1)));
  const targets = [...new Set(cases.map(([target]) => target))].sort();
  fill(field("on"), [["", "every target"], ...targets.map((target) => [target, target])], state.get("on") ?? "");
}

function remember() {
  const { builds } = comparison();
  const state = new URLSearchParams({
    fw: field("fw").value, a: builds[field("a").value][0], b: builds[field("b").value][0],
  });
  if (field("on").value) state.set("on", field("on").value);
  history.replaceState(null, "", `#${state}`);
}

function recall() {
  const state = new URLSearchParams(location.hash.includes("fw=") ? location.hash.slice(1) : "");
  fill(field("fw"), frameworks.map(([key, title]) => [key, title]), state.get("fw"));
  loaded(() => {
    choices(state);
    draw();
  });
}

form.addEventListener("change", (event) => {
  loaded(() => {
    if (event.target === field("fw")) choices(new URLSearchParams());
    draw();
    remember();
  });
});
addEventListener("hashchange", recall);
recall();
document.getElementById("comparison").hidden = false;
