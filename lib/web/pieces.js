/* Pieces of the page: texts go in by textContent only, for names come from people. What is there is changed, not made
   anew, so that a finger or a half-typed number is never lost to the next state. */
"use strict";

/** The element of `root` that is for `name`. */
function piece(root, name) {
  return root.matches(`[data-is="${name}"]`) ? root : root.querySelector(`[data-is="${name}"]`);
}

/** Write each text into the piece of its name; one without a text is hidden. */
function write(root, texts) {
  for (const [name, text] of Object.entries(texts)) {
    const found = piece(root, name);
    const said = text ? tied(text) : "";
    if (found.textContent !== said) found.textContent = said;
    found.hidden = !text;
  }
}

/** The lengths of the strokes of a bar, each 0 to 1 of the whole; null hides it. */
function stroke(bar, parts) {
  for (const [name, part] of Object.entries(parts)) {
    const found = bar.querySelector(`.${name}`);
    found.hidden = part == null;
    found.style.setProperty("--part", Math.min(1, Math.max(0, part ?? 0)).toFixed(4));
  }
}

/** One piece for each of `items`, in their order. born(piece, key) once for a new one, show(piece, item) each time. */
function list(root, items, { template, key = (_, at) => String(at), born = () => {}, show }) {
  const kept = new Map([...root.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, at) => {
    const name = key(item, at);
    const found = kept.get(name) ?? bear(template, name, born);
    kept.delete(name);
    if (root.children[at] !== found) root.insertBefore(found, root.children[at] ?? null);
    show(found, item);
  });
  kept.forEach((left) => left.remove());
}

function bear(template, name, born) {
  const found = document.getElementById(template).content.firstElementChild.cloneNode(true);
  found.dataset.key = name;
  born(found, name);
  return found;
}

/** A list of plain lines. */
function lines(root, texts) {
  list(root, texts, { template: "said", show: (line, text) => write(line, { text }) });
}

/** A field of choices; tells: what was chosen, until it is answered. Then what the program says counts again. */
function choiceField(field, tells) {
  field.onchange = async () => {
    await tells(field.value);
    delete field.dataset.said;
  };
}

/** The choices of a field and the one that counts; nothing new is no reason to disturb somebody who is choosing. */
function choose(field, choices, chosen) {
  const said = JSON.stringify([choices, chosen]);
  if (field.dataset.said === said) return;
  field.dataset.said = said;
  field.replaceChildren(...choices.map(([value, text]) => new Option(text, value)));
  field.value = chosen;
}
