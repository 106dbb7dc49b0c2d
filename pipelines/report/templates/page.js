"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("figures").textContent);
  // What can be chosen differs from page to page; what cannot is the first of its kind.
  const choices = ["account", "currency", "version"].map((name) => document.getElementById(name)).filter(Boolean);
  const chosen = (name) => (document.getElementById(name) || { value: "0" }).value;
  const NARROW = 520;

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  // Colours are named in the data ("c1", "bad") so that one figure serves light, dark and paper.
  const tinted = (value, key) => {
    if (typeof value === "string") return key === "color" || key === "fillcolor" ? colour(value) || value : value;
    if (Array.isArray(value)) return value.map((item) => tinted(item, key));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, tinted(item, name)]));
  };

  const axis = (given, extra) => ({
    automargin: true, fixedrange: true, gridcolor: colour("line"), zerolinecolor: colour("line"), linecolor: colour("line"),
    ...tinted(given || {}), ...extra,
  });

  const layout = (figure, width) => {
    const given = figure.layout || {};
    const narrow = width < NARROW;
    const axes = Object.keys(given).filter((name) => /^[xy]axis/.test(name));
    return {
      ...tinted(given),
      font: { family: "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif", size: narrow ? 11 : 12, color: colour("text") },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", dragmode: false,
      margin: { l: 8, r: 14, t: 8, b: 8, ...(given.margin || {}) },
      hoverlabel: { bgcolor: colour("card"), bordercolor: colour("line"), font: { color: colour("text") } },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", ...(given.legend || {}) },
      ...Object.fromEntries([...new Set([...axes, "xaxis", "yaxis"])].map((name) => [
        name, axis(given[name], narrow && name.startsWith("x") ? { nticks: 5 } : {}),
      ])),
    };
  };

  const view = (chart) => {
    const parts = {
      page: [], account: ["account"], currency: ["account", "currency"], version: ["version"], money: ["version", "currency"],
    };
    return chart.views[parts[chart.scope].map(chosen).join("/")];
  };

  // The width of paper, while the page is being printed.
  let paper = null;
  const drawn = {};

  const draw = (name) => {
    const place = document.getElementById(name);
    const figure = view(charts[name]);
    place.hidden = !figure;
    place.parentElement.querySelector(".nothing").hidden = Boolean(figure);
    if (!figure) return;
    if (figure.layout.height) place.style.height = figure.layout.height + "px";
    drawn[name] = place.clientWidth;
    const width = paper || drawn[name];
    Plotly.react(place, tinted(figure.data), { ...layout(figure, width), width }, { displayModeBar: false });
    place.dispatchEvent(new Event("drawn"));
  };

  const drawAll = () => Object.keys(charts).forEach(draw);

  // A window may get its width only after the first drawing, or without telling of it: what counts is the card's.
  const fitted = new ResizeObserver((changes) => changes.forEach(({ target }) => {
    if (!paper && target.clientWidth && target.clientWidth !== drawn[target.id]) draw(target.id);
  }));

  choices.forEach((choice) => choice.addEventListener("change", drawAll));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  addEventListener("beforeprint", () => { paper = 660; drawAll(); });
  addEventListener("afterprint", () => { paper = null; drawAll(); });
  document.querySelector("form.choice").addEventListener("submit", (event) => event.preventDefault());
  drawAll();
  Object.keys(charts).forEach((name) => fitted.observe(document.getElementById(name)));
})();
