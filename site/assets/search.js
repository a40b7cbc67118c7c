// Matches what a reader types with names and messages. The overview and the matrix share it.
"use strict";

// Names of modules in import statements, which readers type instead of the whole name.
const SHORT_NAMES = {
  f: "torch.nn.functional",
  jnp: "jax.numpy",
  jsp: "jax.scipy",
  keras: "tf.keras",
  lax: "jax.lax",
  nn: "torch.nn",
  optim: "torch.optim",
  pl: "jax.experimental.pallas",
  tensorflow: "tf",
};
const ABBREVIATIONS = { sdpa: "scaled_dot_product_attention" };
const MIN_LIKENESS = 0.3;

const lastPart = (name) => name.slice(name.lastIndexOf(".") + 1);

// Returns each typed word in all its spellings: `jnp.where(x)` is "jnp.where" or "jax.numpy.where".
function searchWords(text) {
  const call = /^\s*[\w.]+(?=\()/.exec(text); // without the arguments of a call
  const typed = (call ? call[0] : text).toLowerCase().split(/\s+/);
  const words = typed.map((word) => word.replace(/^["'`(,;:]+|["'`(),.;:]+$/g, "")).filter(Boolean);
  return words.map(spellings);
}

function spellings(word) {
  const dot = word.indexOf(".");
  const module = dot > 0 ? SHORT_NAMES[word.slice(0, dot)] : undefined;
  if (module) return [module + word.slice(dot), `.${word}`];
  return ABBREVIATIONS[word] ? [word, ABBREVIATIONS[word]] : [word];
}

// Returns whether a text in lower case has every word, in any of its spellings.
function hasWords(text, words) {
  return words.every((spelled) => spelled.some((word) => text.includes(word)));
}

// Returns how well a name in lower case fits one word: 0 is the name itself, 4 has the word anywhere.
function fit(name, spelled) {
  const of = (word) => {
    if (name === word) return 0;
    if (name.endsWith(word.startsWith(".") ? word : `.${word}`)) return 1;
    const [last, wanted] = [lastPart(name), lastPart(word)];
    return last === wanted ? 2 : last.startsWith(wanted) ? 3 : 4;
  };
  return Math.min(...spelled.map(of));
}

// Returns the sum over all words, so that smaller is better.
const misfit = (name, words) => words.reduce((sum, spelled) => sum + fit(name, spelled), 0);

function parts(text) {
  const padded = ` ${text} `;
  const found = new Set();
  for (let place = 0; place + 3 <= padded.length; place += 1) found.add(padded.slice(place, place + 3));
  return found;
}

// Index of names by parts of three letters, to find names that are spelled nearly like a word.
class Speller {
  constructor(names, keyOf) {
    this.names = names;
    this.sizes = [];
    this.places = new Map();
    for (const [place, name] of names.entries()) {
      const found = parts(keyOf(name.toLowerCase()));
      this.sizes.push(found.size);
      for (const part of found) {
        const known = this.places.get(part);
        if (known) known.push(place);
        else this.places.set(part, [place]);
      }
    }
  }

  // Returns the most similar names, the best first: the likeness is the share of common parts.
  near(word, most) {
    const wanted = parts(word);
    const common = new Map();
    for (const part of wanted) {
      for (const place of this.places.get(part) ?? []) common.set(place, (common.get(place) ?? 0) + 1);
    }
    const scored = [];
    for (const [place, shared] of common) {
      const likeness = shared / (wanted.size + this.sizes[place] - shared);
      if (likeness > MIN_LIKENESS) scored.push([likeness, this.names[place]]);
    }
    scored.sort(([one, name], [other, longer]) => other - one || name.length - longer.length);
    return scored.slice(0, most).map(([, name]) => name);
  }
}

// Moves the focus to the field of the search when the reader types "/" outside of a field.
function focusOnSlash(input) {
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
    event.preventDefault();
    input.focus();
  });
}

const loading = new Map();

// Loads a script of data once.
function loadScript(address) {
  if (!loading.has(address)) {
    loading.set(
      address,
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        Object.assign(script, { src: address, onload: resolve, onerror: reject });
        document.head.append(script);
      }),
    );
  }
  return loading.get(address);
}

let spellers;
let allNames;

// Returns all public names, and all functions with cases, by name: [name, state, page].
function listedNames() {
  if (allNames) return allNames;
  allNames = new Map(cells.rows.map(([, name, page]) => [name, [name, "", page]]));
  for (const { listed, states, pages } of publicNames) {
    for (const name of listed.split(" ")) {
      const page = pages[name] ?? "";
      allNames.set(name, [name, states[name] ?? (page ? "" : "public name without cases"), page]);
    }
  }
  return allNames;
}

// Returns the public names that have all words, the best first; else those that are spelled nearly like them.
function nearestNames(words, most) {
  const all = listedNames();
  const matching = [...all.values()].filter(([name]) => hasWords(name.toLowerCase(), words));
  if (matching.length) {
    const fits = new Map(matching.map((one) => [one, misfit(one[0].toLowerCase(), words)]));
    matching.sort((one, other) => fits.get(one) - fits.get(other) || one[0].length - other[0].length);
    return matching.slice(0, most);
  }
  spellers ??= [lastPart, (name) => name].map((keyOf) => new Speller([...all.keys()], keyOf));
  const [word] = words.at(-1);
  const [lasts, wholes] = spellers;
  const near = [...(word.includes(".") ? wholes.near(word, most) : []), ...lasts.near(lastPart(word), most)];
  return [...new Set(near)].slice(0, most).map((name) => all.get(name));
}
