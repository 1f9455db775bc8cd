// Draws every panel of the page, shows what the pointer is on, and reads figures out by arrow key.

const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;

function showTip(_, event, item, value) {
  tip.hidden = value === null || value === undefined || value === "";
  if (tip.hidden) return;
  tip.replaceChildren();
  for (const [name, told] of Object.entries(value)) {
    const line = document.createElement("div");
    const label = document.createElement("span");
    label.textContent = `${name} `;
    const shown = document.createElement("b");
    shown.textContent = told;
    line.append(label, shown);
    tip.append(line);
  }
  const left = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
  tip.style.left = `${Math.max(left, 8)}px`;
  tip.style.top = `${Math.max(event.clientY - tip.offsetHeight - 10, 8)}px`;
}

async function drawPanel(place, spec, rows) {
  const told = rows.rows.map((row) =>
    Object.fromEntries(rows.columns.map((name, at) => [name, row[at]])));
  spec.datasets = { rows: told };
  await vegaEmbed(place, spec, {
    mode: "vega-lite", renderer: "svg", actions: false, defaultStyle: false, tooltip: showTip,
  });
  place.querySelector("svg")?.setAttribute("aria-hidden", "true");
}

function readByKey(figure) {
  const heads = [...figure.querySelectorAll("th[scope=col]")].map((head) => head.textContent);
  const lines = [...figure.querySelectorAll("tbody tr")].map((line) =>
    [...line.children].map((cell, at) => `${heads[at]}: ${cell.textContent}`).join("; "));
  const said = figure.querySelector("output");
  let at = -1;
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const read = (event) => {
    const ends = { Home: 0, End: lines.length - 1 };
    if (!(event.key in steps) && !(event.key in ends)) return;
    event.preventDefault();
    at = event.key in ends ? ends[event.key] : at + steps[event.key];
    at = Math.min(Math.max(at, 0), lines.length - 1);
    said.textContent = lines[at];
  };
  for (const place of figure.querySelectorAll(".drawing")) place.addEventListener("keydown", read);
}

globalThis.townsquareDraw = async (drawings, rows) => {
  document.body.append(tip);
  for (const [id, spec] of Object.entries(drawings)) {
    const place = document.getElementById(id);
    try {
      await drawPanel(place, spec, rows[id]);
    } catch (error) {  // the others can still be drawn
      place.textContent = "This chart could not be drawn; its figures are in the table below.";
      console.error(id, error);
    }
  }
  document.querySelectorAll("figure").forEach(readByKey);
  document.documentElement.classList.add("drawn");
};
