// Reads the `cells` of the matrix: results of a function on a target, by case. The matrix and the overview share it.
"use strict";

const BLOCKED = 10; // number of the outcome without a result
const PASS = 0;
const NO_OTHERS = [];
const STANDARD = "array_api."; // begins the names of the functions of the array API standard
const KINDS = ["success", "partial", "failure", "unknown"];

// Returns a row of `cells` with names for its fields.
function rowOf([framework, name, page, stratum, uses, kinds, cellData, earlier, aliases]) {
  return {
    framework: cells.frameworks[framework][0],
    number: framework,
    name,
    standard: name.startsWith(STANDARD),
    text: [name, ...aliases].join(" ").toLowerCase(),
    aliases,
    page,
    stratum,
    uses,
    kinds,
    cellData,
    earlier,
  };
}

// Returns the usual builds of a framework in a column.
const madeOf = (row, column) => cells.made[column][row.number] ?? NO_OTHERS;

function unpacked(row, column) {
  const cell = row.cellData[column];
  if (!cell) return null;
  const values = typeof cell === "string" ? [...cells.usual[column], cell, NO_OTHERS, madeOf(row, column)] : cell;
  const [anchor, evidence, letters, others, sources] = values;
  return { anchor, evidence, letters, others, sources };
}

// Returns a cell with the counts of its cases, or of those at `places` only.
function tallied(row, cell, want, places) {
  const { anchor, evidence, letters, others, sources } = cell;
  let passed = 0;
  let judged = 0;
  let unjudged = 0;
  let outcomes = 0;
  for (let place = 0; place < letters.length; place += 1) {
    const letter = letters[place];
    if (letter === "." || !want.kinds[row.kinds[place]] || (places && !places.has(place))) continue;
    const outcome = Number.parseInt(letter, 11);
    outcomes |= 1 << outcome;
    if (outcome === BLOCKED) unjudged += 1;
    else judged += 1;
    if (outcome === PASS) passed += 1;
  }
  if (!judged && !unjudged) return null;
  // As in `monitor.analysis.status.scores`: a function works only if at least half of its cases have a result.
  const clean = judged >= unjudged ? 0 : 3;
  const kind = judged ? (passed === judged ? clean : passed ? 1 : 2) : 3;
  return { anchor, evidence, others, sources, passed, judged, unjudged, outcomes, kind };
}
