// SPDX-License-Identifier: GPL-2.0-or-later
// The picture: machines are buttons, and a way is drawn over it.
const SVG = "http://www.w3.org/2000/svg";
const STEP_MS = 450;
const BESIDE = 4; // pixels from the middle to each of the two ways
const HEAD = 10; // of an arrow
let way = null; // {steps, back}: drawn again when the picture is a new one

const chips = (figure) => [...figure.querySelectorAll(".chip")];

export function choosePicture(figure, nic) {
  for (const chip of chips(figure)) {
    const is = chip.dataset.nic === nic;
    chip.classList.toggle("chosen", is);
    if (chip.dataset.nic) chip.setAttribute("aria-pressed", String(is));
  }
}

// svg is text of vnetlab web, or null. Who had the focus keeps it.
export function setPicture(figure, svg, nic) {
  const had = document.activeElement?.closest?.(".chip")?.dataset.nic;
  const parsed = svg && new DOMParser().parseFromString(svg, "image/svg+xml");
  figure.replaceChildren(...(parsed ? [document.importNode(parsed.documentElement, true)] : []));
  choosePicture(figure, nic);
  if (had !== undefined) chips(figure).find((chip) => chip.dataset.nic === had)?.focus();
  if (way) drawWay(figure, false);
}

function chosen(event) {
  const chip = event.target.closest(".chip[data-nic]");
  if (!chip || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  event.currentTarget.dispatchEvent(new CustomEvent("choose", { detail: chip.dataset.nic }));
}

for (const kind of ["click", "keydown"]) document.getElementById("picture").addEventListener(kind, chosen);

// ---- a way

// A box by its middle and half its size; what is not drawn is outside, at the right of the picture's head.
function placeOf(figure, step) {
  const rect = step.box && figure.querySelector(`[data-box="${CSS.escape(step.box)}"] rect`);
  if (!rect) {
    const box = figure.querySelector("svg").viewBox.baseVal;
    return { x: box.width - 70, y: 26, w: 44, h: 12, outside: step.node };
  }
  const { x, y, width, height } = rect.getBBox();
  return { x: x + width / 2, y: y + height / 2, w: width / 2, h: height / 2 };
}

// Where the straight line to another place leaves the box; what is written in it stays readable.
function edgeOf(from, to) {
  const dx = to.x - from.x, dy = to.y - from.y;
  const t = Math.min(from.w / Math.max(Math.abs(dx), 1), from.h / Math.max(Math.abs(dy), 1), 0.5);
  return { x: from.x + dx * t, y: from.y + dy * t };
}

function add(group, tag, attributes) {
  const e = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  group.append(e);
  return e;
}

// shift: to the right of who walks, so that there and back are beside each other.
function drawStep(group, from, to, className, shift, delay) {
  const a = edgeOf(from, to), b = edgeOf(to, from), length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const ux = (b.x - a.x) / length, uy = (b.y - a.y) / length;
  for (const p of [a, b]) {
    p.x -= uy * shift;
    p.y += ux * shift;
  }
  const at = (along, aside) => `${b.x - ux * along - uy * aside} ${b.y - uy * along + ux * aside}`;
  const line = add(group, "path", { d: `M${a.x} ${a.y} L${at(Math.min(HEAD, length), 0)}`, class: `w-way ${className}` });
  const head = add(group, "path", { d: `M${b.x} ${b.y} L${at(HEAD, HEAD / 2)} L${at(HEAD, -HEAD / 2)} Z`, class: `w-head ${className}` });
  if (delay === null) return;
  line.animate([{ strokeDasharray: `${length}`, strokeDashoffset: length }, { strokeDasharray: `${length}`, strokeDashoffset: 0 }],
    { duration: STEP_MS, delay, fill: "backwards" });
  head.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 1, delay: delay + STEP_MS, fill: "backwards" });
}

function nameOutside(group, places) {
  const place = places.find((p) => p.outside);
  if (!place || group.querySelector("text")) return;
  add(group, "rect", { x: place.x - place.w, y: place.y - place.h, width: 2 * place.w, height: 2 * place.h, rx: 6, class: "w-outside" });
  add(group, "text", { x: place.x, y: place.y + 4, class: "detail", "text-anchor": "middle" }).textContent = place.outside;
}

function drawSteps(figure, group, steps, className, shift, delay) {
  const places = steps.map((step) => placeOf(figure, step));
  nameOutside(group, places);
  places.forEach((to, i) => {
    const from = places[i - 1];
    if (!from || (from.x === to.x && from.y === to.y)) return;
    drawStep(group, from, to, className, shift, delay);
    if (delay !== null) delay += STEP_MS;
  });
  for (const step of steps) figure.querySelector(`[data-box="${CSS.escape(step.box)}"]`)?.classList.add("on-way");
  return delay;
}

function drawWay(figure, moving) {
  const svg = figure.querySelector("svg");
  figure.querySelector(".w-ways")?.remove();
  for (const chip of chips(figure)) chip.classList.remove("on-way");
  if (!svg || !way) return;
  const group = add(svg, "g", { class: "w-ways", "aria-hidden": "true" });
  const delay = drawSteps(figure, group, way.steps, "w-there", BESIDE, moving ? 0 : null);
  drawSteps(figure, group, way.back, "w-back", BESIDE, delay);
}

export function forgetWay(figure) {
  way = null;
  drawWay(figure, false);
}

// Draws it hop by hop, and marks the hop in its list, unless the user wants things to stand still.
export function walkWay(figure, answer, list) {
  const moving = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  way = { steps: answer.steps, back: answer.back };
  drawWay(figure, moving);
  figure.scrollIntoView({ block: "nearest" });
  if (!moving) return;
  const items = [...(list.querySelector("ol")?.children ?? [])];
  items.forEach((item, i) => {
    setTimeout(() => item.classList.add("w-now"), i * STEP_MS);
    setTimeout(() => item.classList.remove("w-now"), (i + 1) * STEP_MS);
  });
}
