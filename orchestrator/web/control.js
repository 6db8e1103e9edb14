// SPDX-License-Identifier: GPL-2.0-or-later
// Faults, where vnetlab web was started with --control.

const LISTS = { node: "names", nic: "nics", session: "sessions" };
const byId = (id) => document.getElementById(id);
let forms = [], ask = null;

// A word of the command: one of a few, or a name.
function fieldOf(arg) {
  const field = document.createElement(arg.choices.length ? "select" : "input"), label = document.createElement("label");
  if (arg.choices.length) {
    for (const choice of arg.required ? arg.choices : ["", ...arg.choices]) field.append(new Option(choice || "(no)", choice));
  } else {
    field.autocomplete = "off";
    field.required = arg.required;
    if (LISTS[arg.names]) field.setAttribute("list", LISTS[arg.names]);
  }
  field.name = "word";
  label.append(arg.names || "value", " ", field);
  return label;
}

function showForm() {
  const form = forms[byId("fault").elements.form.selectedIndex];
  byId("fault-words").replaceChildren(...(form?.args ?? []).map(fieldOf));
  byId("fault-help").textContent = form ? `vnetlab ${form.usage}: ${form.help}` : "";
}

async function doFault(argv) {
  const answer = await ask("fault", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ argv }) });
  byId("fault-said").className = answer.error ? "p-bad" : "";
  byId("fault-said").textContent = answer.error ?? (answer.faults.length ? `Faults: ${answer.faults.join("; ")}` : "No fault is left.");
}

// offered undefined: the page only looks. by: sends a request about the lab that is shown.
export function offerFaults(offered, by) {
  ask = by;
  byId("faults").hidden = !offered;
  if (!offered || forms.length) return;
  forms = offered.filter((form) => form.verb !== "list" && form.verb !== "clear");
  byId("fault").elements.form.replaceChildren(...forms.map((form) => new Option(form.usage.replace(/^fault /, ""))));
  showForm();
}

byId("fault").elements.form.addEventListener("change", showForm);
byId("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = forms[event.target.elements.form.selectedIndex];
  const words = [...byId("fault-words").querySelectorAll("[name=word]")].map((field) => field.value.trim()).filter(Boolean);
  doFault([form.verb, ...words]);
});
byId("mend").addEventListener("click", () => doFault(["clear"]));
