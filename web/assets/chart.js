// A chart from its specification, without eval: expressions are interpreted.
import { expressionInterpreter } from "/assets/vendor/vega-interpreter.js";

const { vega, vegaLite } = globalThis;

async function draw(place) {
  const answer = await fetch(place.dataset.spec);
  if (!answer.ok) { place.textContent = "This chart cannot be drawn for what was asked; the table has the figures."; return; }
  const ink = getComputedStyle(document.body).color, quiet = getComputedStyle(document.querySelector(".hint")).color;
  const look = {
    background: null,
    title: { color: ink, subtitleColor: quiet, anchor: "start" },
    axis: { labelColor: quiet, titleColor: quiet, gridOpacity: 0.3, domainColor: quiet, tickColor: quiet },
    header: { labelColor: ink, titleColor: ink },
    legend: { labelColor: ink, titleColor: quiet },
    text: { color: ink },
  };
  const { spec } = vegaLite.compile(await answer.json(), { config: look, logger: vega.logger(vega.Error) });
  const view = new vega.View(vega.parse(spec, null, { ast: true }), {
    expr: expressionInterpreter, renderer: "canvas", container: place, hover: true, logLevel: vega.Error,
  });
  await view.runAsync();
  view.addEventListener("click", (_, item) => {
    const { group, stage, source, day } = item?.datum ?? {};
    const url = new URL(location.href), step = stage ?? source ?? day;
    if (group === undefined && step === undefined) return;
    if (group !== undefined && group !== "All") url.searchParams.set("group", group);
    if (step !== undefined) url.searchParams.set("step", step);
    url.hash = "cases";
    location.assign(url);
  });
}

draw(document.getElementById("chart"));
