// Explains a search without a match in the matrix: public names without cases, their state, and the nearest others.
// The list of names is loaded with the first such search, because it is large.
"use strict";

const MOST_NAMES = 8;

const noMatch = document.getElementById("nothing");
const list = document.getElementById("unmatched");
let loading;

function loaded() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src: list.dataset.names, onload: resolve, onerror: reject });
    document.head.append(script);
  });
  return loading;
}

const last = (name) => name.slice(name.lastIndexOf(".") + 1);

function parts(text) {
  const padded = ` ${text} `;
  return new Set([...padded].slice(2).map((_, place) => padded.slice(place, place + 3)));
}

// Returns the share of three-letter parts that two words have in common.
function likeness(one, other) {
  const [few, many] = [parts(one), parts(other)];
  const common = [...few].filter((part) => many.has(part)).length;
  return common / (few.size + many.size - common);
}

// Returns the names that match all words, the shortest first, or else those with the most similar last part.
function nearest(names, words) {
  const matching = names.filter(([name]) => words.every((word) => name.toLowerCase().includes(word)));
  if (matching.length) return matching.sort(([one], [other]) => one.length - other.length);
  const word = last(words.at(-1));
  const scored = names.map((name) => [likeness(word, last(name[0]).toLowerCase()), name]).filter(([score]) => score > 0.25);
  return scored.sort(([one], [other]) => other - one).map(([, name]) => name);
}

function item([name, state, page]) {
  const line = document.createElement("li");
  const shown = Object.assign(document.createElement(page ? "a" : "span"), { className: "name", textContent: name });
  if (page) shown.href = page;
  line.append(shown, ` ${state}`);
  return line;
}

noMatch.addEventListener("unmatched", async ({ detail }) => {
  list.replaceChildren();
  const words = detail.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return;
  await loaded();
  const names = publicNames.flatMap(({ listed, states, pages }) =>
    listed.split(" ").map((name) => [name, states[name] ?? "public name without cases", pages[name]]),
  );
  list.replaceChildren(...nearest(names, words).slice(0, MOST_NAMES).map(item));
});
