// Filters the matrix. The state is in the address, so that a filtered view can be shared; without this script the
// table is simply complete.
"use strict";

const form = document.getElementById("filter");
const nameField = document.getElementById("name");
const outcomeField = document.getElementById("outcome");
const found = document.getElementById("found");
const nothing = document.getElementById("nothing");
const groups = [...document.querySelectorAll("table.matrix tbody")].map((body) => ({
  body,
  rows: [...body.querySelectorAll("tr[data-is]")].map((row) => ({
    row,
    name: row.cells[0].textContent.toLowerCase(),
    is: row.dataset.is.split(" "),
  })),
}));

function filter() {
  const words = nameField.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  let all = 0;
  for (const { body, rows } of groups) {
    let here = 0;
    for (const { row, name: text, is } of rows) {
      const fits = words.every((word) => text.includes(word)) && (!outcomeField.value || is.includes(outcomeField.value));
      row.hidden = !fits;
      here += fits;
    }
    body.hidden = here === 0;
    shown += here;
    all += rows.length;
  }
  found.value = `${shown.toLocaleString("en")} of ${all.toLocaleString("en")} functions`;
  if (nothing) nothing.hidden = shown > 0;
}

function remember() {
  const state = new URLSearchParams();
  if (nameField.value) state.set("q", nameField.value);
  if (outcomeField.value) state.set("is", outcomeField.value);
  history.replaceState(null, "", `#${state}`);
}

function recall() {
  const state = new URLSearchParams(location.hash.slice(1));
  nameField.value = state.get("q") ?? "";
  outcomeField.value = state.get("is") ?? "";
  if (outcomeField.selectedIndex < 0) outcomeField.value = "";
  filter();
}

form.addEventListener("input", () => {
  filter();
  remember();
});
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", recall);
recall();
form.hidden = false;
