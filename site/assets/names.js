// Explains a search without a match in the matrix: public names without cases, their state, and the nearest others.
// The list of names is loaded with the first such search, because it is large.
"use strict";

const MOST_NAMES = 8;

const noMatch = document.getElementById("nothing");
const list = document.getElementById("unmatched");

function item([name, state, page]) {
  const line = element("li");
  const shown = element(page ? "a" : "span", name, { className: "name" });
  if (page) shown.href = page;
  line.append(shown, ` ${state}`);
  return line;
}

noMatch.addEventListener("unmatched", async ({ detail }) => {
  list.replaceChildren();
  const words = searchWords(detail);
  if (!words.length) return;
  await loadScript(list.dataset.names);
  list.replaceChildren(...nearestNames(words, MOST_NAMES).map(item));
});
