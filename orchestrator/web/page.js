// SPDX-License-Identifier: GPL-2.0-or-later
// The page: which labs there are, and one of them whole. What drivers say goes into it as text; HTML and
// SVG come from vnetlab web, which has escaped what they are made of.
import { choosePicture, forgetWay, setPicture, walkWay } from "./picture.js";
import { offerFaults } from "./control.js";

const TIMELINE_ROWS = 300;
const STATES = { away: "does not run", built: "is being built", runs: "runs", silent: "does not answer" };
const byId = (id) => document.getElementById(id);
const tiles = new Map(); // name -> {tile, item}
let shown = null; // name of the lab that is shown whole
let stream = null;
let nic = null; // whose routes are shown

function element(tag, text, className) {
  const e = document.createElement(tag);
  if (text !== undefined) e.textContent = text;
  if (className) e.className = className;
  return e;
}

// HTML of vnetlab web.
function fill(where, html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  where.replaceChildren(...parsed.body.childNodes);
}

// ---- tiles

function classOf(t) {
  if (t.state === "away") return "w-away";
  if (t.state === "silent" || t.nodes.well < t.nodes.of) return "w-bad";
  if (t.state === "built" || t.sessions.up < t.sessions.of || t.faults || t.problems) return "w-warn";
  return "w-good";
}

function linesOf(t) {
  const lines = [STATES[t.state]];
  if (t.state !== "runs") return lines;
  lines.push(`${t.nodes.well} of ${t.nodes.of} nodes well`);
  if (t.sessions.of) lines.push(`${t.sessions.up} of ${t.sessions.of} sessions up`);
  if (t.faults) lines.push(t.faults === 1 ? "1 fault" : `${t.faults} faults`);
  if (t.problems) lines.push(t.problems === 1 ? "1 problem" : `${t.problems} problems`);
  if (t.tasks) lines.push(`${t.tasks.done} of ${t.tasks.of} checks hold`);
  return lines;
}

function fillTile(link, t) {
  link.className = `w-tile ${classOf(t)}`;
  link.replaceChildren(element("strong", t.name), ...linesOf(t).map((line) => element("span", line)));
  if (t.tasks) {
    const bar = element("progress");
    bar.max = t.tasks.of || 1;
    bar.value = t.tasks.done;
    bar.setAttribute("aria-label", `Checks of ${t.name} that hold`);
    link.append(bar);
  }
  if (t.name === shown) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
}

// The order is that of names; a tile that is there stays, so that it keeps the focus.
function takeTile(t) {
  let entry = tiles.get(t.name);
  if (!entry) {
    const item = element("li"), link = element("a");
    link.href = `#lab=${t.name}`;
    item.append(link);
    entry = { item, link };
    tiles.set(t.name, entry);
    const later = [...tiles.keys()].filter((name) => name > t.name).sort()[0];
    byId("tiles").insertBefore(item, later ? tiles.get(later).item : null);
  }
  entry.tile = t;
  fillTile(entry.link, t);
  if (t.name === shown) showState(t);
}

function summarize() {
  const all = [...tiles.values()].map((e) => e.tile), run = all.filter((t) => t.state === "runs").length;
  const well = all.filter((t) => classOf(t) === "w-good").length;
  const tasks = all.filter((t) => t.tasks && t.tasks.of), done = tasks.filter((t) => t.tasks.done === t.tasks.of).length;
  let text = all.length ? `${run} of ${all.length} labs run, ${well} of them without a fault` : "No lab runs; one that comes is shown.";
  if (tasks.length) text += `; in ${done} of ${tasks.length} all checks hold`;
  if (byId("summary").textContent !== text) byId("summary").textContent = text;
  byId("choose").hidden = shown !== null || !all.length;
}

// ---- one lab

function showState(t) {
  const text = `${linesOf(t).join(", ")}${t.why ? `: ${t.why}` : ""}`;
  if (byId("lab-state").textContent !== text) byId("lab-state").textContent = text;
  byId("picture").classList.toggle("w-past", t.state === "away" || t.state === "silent");
}

function offerNames(names) {
  const lists = { names: [...names.nodes, ...names.nics], nics: names.nics, sessions: names.sessions };
  for (const [id, words] of Object.entries(lists)) {
    byId(id).replaceChildren(...words.map((word) => {
      const o = element("option");
      o.value = word;
      return o;
    }));
  }
}

function rowOf(e) {
  const row = element("tr"), at = new Date(e.time);
  const time = Number.isNaN(at.getTime()) ? e.time : `${at.toLocaleTimeString([], { hour12: false })}.${String(at.getMilliseconds()).padStart(3, "0")}`;
  row.append(...[time, e.kind, e.subject, e.detail].map((text) => element("td", text)));
  row.firstChild.title = e.time;
  return row;
}

function takeEvent(e) {
  const rows = byId("timeline");
  rows.prepend(rowOf(e));
  while (rows.children.length > TIMELINE_ROWS) rows.lastChild.remove();
}

function takeLab(l) {
  if (l.picture !== undefined) setPicture(byId("picture"), l.picture, nic);
  if (l.details !== undefined) fill(byId("details"), l.details);
  if (l.names) offerNames(l.names);
  if (l.history) byId("timeline").replaceChildren(...l.history.map(rowOf).reverse());
  if (nic && l.picture !== undefined) askRoutes(nic, false);
}

async function ask(what, options) {
  try {
    const answer = await fetch(`labs/${encodeURIComponent(shown)}/${what}`, { cache: "no-store", ...options });
    return await answer.json();
  } catch {
    return { error: "vnetlab web does not answer" };
  }
}

function showError(where, text) {
  where.replaceChildren(element("p", text, "p-bad"));
}

async function askRoutes(name, jump) {
  const lab = shown;
  nic = name;
  choosePicture(byId("picture"), name);
  const answer = await ask(`routes?nic=${encodeURIComponent(name)}`);
  if (nic !== name || lab !== shown) return; // another one was chosen meanwhile
  if (answer.error) showError(byId("routes"), answer.error);
  else fill(byId("routes"), answer.html);
  if (jump) byId("h-routes").scrollIntoView({ block: "nearest" });
}

async function askPath(event) {
  event.preventDefault();
  const words = new URLSearchParams(new FormData(byId("path"))), lab = shown;
  if (words.get("protocol") === "icmp") words.delete("port");
  const answer = await ask(`path?${words}`);
  if (lab !== shown) return;
  forgetWay(byId("picture"));
  if (answer.error) {
    showError(byId("way"), answer.error);
    return;
  }
  fill(byId("way"), answer.html);
  walkWay(byId("picture"), answer, byId("way"));
}

// ---- the stream

function follow() {
  if (stream) stream.close();
  stream = new EventSource(`events${shown ? `?lab=${encodeURIComponent(shown)}` : ""}`);
  const on = (name, take) => stream.addEventListener(name, (m) => take(JSON.parse(m.data)));
  on("labs", (hello) => {
    byId("lost").hidden = true;
    const names = new Set(hello.labs.map((t) => t.name));
    for (const [name, entry] of tiles) {
      if (names.has(name)) continue;
      entry.item.remove();
      tiles.delete(name);
    }
    hello.labs.forEach(takeTile);
    summarize();
    offerFaults(hello.faults, ask);
    if (!shown && tiles.size === 1) location.replace(`#lab=${[...tiles.keys()][0]}`);
  });
  on("tile", (t) => {
    takeTile(t);
    summarize();
  });
  on("lab", takeLab);
  on("event", takeEvent);
  stream.onerror = () => {
    byId("lost").hidden = false;
    byId("lost").textContent = stream.readyState === EventSource.CLOSED
      ? "vnetlab web has another address now: take the one that it has printed."
      : "vnetlab web does not answer; what is shown is old. The page tries again.";
  };
}

function choose() {
  const wanted = /^#lab=([a-z0-9-]+)$/.exec(location.hash);
  if (location.hash && !wanted) return; // a place within the page
  shown = wanted ? wanted[1] : null;
  nic = null;
  byId("lab").hidden = !shown;
  byId("lab-name").textContent = shown ?? "";
  document.title = shown ? `${shown}: vnetlab` : "vnetlab";
  byId("picture").setAttribute("aria-label", `Picture of ${shown}`);
  byId("picture").replaceChildren();
  forgetWay(byId("picture"));
  for (const id of ["details", "timeline", "way", "lab-state"]) byId(id).replaceChildren();
  byId("routes").replaceChildren(element("p", "Choose a machine in the picture.", "p-dim"));
  for (const { link, tile } of tiles.values()) fillTile(link, tile);
  if (tiles.has(shown)) showState(tiles.get(shown).tile);
  summarize();
  follow();
}

byId("picture").addEventListener("choose", (e) => askRoutes(e.detail, true));
byId("path").addEventListener("submit", askPath);
window.addEventListener("hashchange", choose);
choose();
