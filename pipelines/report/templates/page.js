"use strict";
(() => {
  const data = (name) => JSON.parse((document.getElementById(name) || { textContent: "{}" }).textContent);
  const [charts, cubes, metrics, exponents] = ["figures", "cubes", "metrics", "currencies"].map(data);
  const element = (name) => document.getElementById(name);
  // What can be chosen differs from page to page; what cannot is the first of its kind.
  const choices = ["account", "currency", "version", "range", "from", "to"].map(element).filter(Boolean);
  const chosen = (name) => (element(name) || { value: "0" }).value;
  const NARROW = 520, DAY = 864e5, MOST_ROWS = 400;
  const COLOURS = ["c1", "c2", "c3", "c4", "c5", "c6", "c7"], DASHES = ["solid", "dash", "dot", "dashdot"];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  // Colours are named in the data ("c1", "bad") so that one figure serves light, dark and paper.
  const tinted = (value, key) => {
    if (typeof value === "string") return /color(scale)?$/.test(key || "") ? colour(value) || value : value;
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

  // Days are texts, as in the data: 2026-03-01.
  const day = (time) => new Date(time).toISOString().slice(0, 10);
  const time = (text) => Date.parse(text + "T00:00:00Z");
  const startOf = (text, grain) => {
    if (grain === "week") return day(time(text) - ((new Date(time(text)).getUTCDay() + 6) % 7) * DAY);
    if (grain === "month") return text.slice(0, 8) + "01";
    if (grain === "quarter") return text.slice(0, 5) + String(Math.floor((Number(text.slice(5, 7)) - 1) / 3) * 3 + 1).padStart(2, "0") + "-01";
    return grain === "year" ? text.slice(0, 5) + "01-01" : text;
  };
  const next = (text, grain) => ({
    day: () => day(time(text) + DAY), week: () => day(time(text) + 7 * DAY),
  }[grain] || (() => startOf(day(time(text) + { month: 32, quarter: 93, year: 367 }[grain] * DAY), grain)))();

  const bounds = () => [chosen("from"), chosen("to")];
  // Few points, whatever is chosen: days up to two months, weeks up to a year and a half.
  const grainOf = (cube, [from, to]) => {
    if (cube.grain !== "day") return cube.grain;
    const days = (time(to) - time(from)) / DAY;
    return cube.isMonthly ? "month" : days <= 62 ? "day" : days <= 550 ? "week" : "month";
  };

  // Both sides of a metric over the rows that are chosen, by what keyOf says of a row.
  const added = (cube, name, [from, to], keyOf) => {
    const metric = metrics[name];
    const up = cube.sums[name + "_up"], down = cube.sums[name + "_down"];
    const first = from && startOf(from, cube.grain);
    const account = Number(chosen("account"));
    const currency = Object.keys(exponents).indexOf(chosen("currency"));
    const sums = new Map();
    up.forEach((value, row) => {
      const start = cube.days[cube.period[row]];
      if (start && ((first && start < first) || (to && start > to))) return;
      if (account && cube.hasAccounts && cube.account[row] !== account) return;
      if (metric.hasMoney && cube.currency[row] !== currency) return;
      const key = keyOf(row, start);
      const sum = sums.get(key) || [null, 0];
      if (value !== null) sum[0] += value;
      if (down) sum[1] += down[row] || 0;
      sums.set(key, sum);
    });
    return sums;
  };
  const valueOf = (metric, sum) => {
    if (!sum) return metric.isRatio ? null : 0;
    if (metric.isRatio) return sum[1] && sum[0] !== null ? sum[0] / sum[1] : null;
    return sum[0] === null ? 0 : sum[0];
  };
  const scale = (metric) => (metric.unit === "money" ? 10 ** (exponents[chosen("currency")] || 0) : 1);

  const minus = (text) => text.replace("-", "−");
  const written = (metric, value, unit) => {
    if (value === null) return "–";
    if (metric.unit === "rate") return minus((100 * value).toFixed(Math.abs(value) >= 0.1 ? 1 : 2) + " %");
    if (metric.unit === "duration") {
      const [size, name] = [[86400, "days"], [3600, "h"], [60, "min"]].find(([one]) => Math.abs(value) >= 2 * one) || [1, "s"];
      return (value / size).toFixed(size === 1 ? 0 : 1) + " " + name;
    }
    if (metric.unit !== "money") return minus(Math.round(value).toLocaleString("en-US"));
    const digits = exponents[chosen("currency")];
    const shown = (Math.round(value) / 10 ** digits).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    return minus(shown) + (unit ? " " + chosen("currency") : "");
  };
  const escaped = (text) => (text.length > 48 ? text.slice(0, 47) + "…" : text)
    .replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

  // The series of a chart over time: for each period that is chosen the value of each metric, or of each value of its dimension.
  const series = (chart, cube, range) => {
    const grain = grainOf(cube, range);
    const isRunning = chart.form === "running";
    const whole = isRunning ? ["", range[1]] : range;
    const periods = [];
    const known = cube.days.filter((start) => start <= range[1] && start >= startOf(range[0], cube.grain));
    if (!known.length) return { grain, periods, lines: [] };
    const last = startOf(known[known.length - 1], grain);
    for (let at = startOf(known[0], grain); at <= last; at = next(at, grain)) periods.push(at);
    const parts = chart.by ? cube.values.map((name, place) => [name, chart.metrics[0], place]) : chart.metrics.map((name) => [metrics[name].label, name, null]);
    const lines = parts.map(([label, name, place]) => {
      const sums = added(cube, name, whole, (row, start) => (place === null || cube.value[row] === place ? startOf(start, grain) : ""));
      sums.delete("");
      let running = 0;
      if (isRunning) for (const [key, sum] of sums) if (key < periods[0]) running += sum[0] || 0;
      const values = periods.map((key) => (isRunning ? (running += valueOf(metrics[name], sums.get(key))) : valueOf(metrics[name], sums.get(key))));
      return { label, name, values, any: [...sums.values()].some((sum) => sum[0] || sum[1]) };
    });
    return { grain, periods, lines: lines.filter((line) => line.any) };
  };

  const valueAxis = (metric) => ({
    rate: { tickformat: ".2~%" }, money: { title: { text: chosen("currency") }, exponentformat: "B" },
    count: { exponentformat: "B" }, duration: { title: { text: "hours" } },
  }[metric.unit]);
  const drawnAs = (metric, value) => (value === null ? null : metric.unit === "duration" ? value / 3600 : value / scale(metric));

  // Ticks stand where periods begin.
  const dateAxis = (periods, grain) => {
    const step = Math.ceil(periods.length / (innerWidth < NARROW ? 5 : 7));
    const apart = { day: step * DAY, week: 7 * step * DAY, month: "M" + step, quarter: "M" + 3 * step, year: "M" + 12 * step }[grain];
    return { type: "date", tick0: periods[0], dtick: apart, tickformat: { day: "%b %-d\n%Y", week: "%b %-d\n%Y", year: "%Y" }[grain] || "%b\n%Y" };
  };
  const all = (traces) => traces.flatMap((trace) => trace.y).filter((value) => value !== null);
  // High shares are looked at from nearer; lines may, bars begin at 0.
  const closer = (metric, traces) => {
    const [low, high] = [Math.min(...all(traces)), Math.max(...all(traces))];
    if (metric.unit !== "rate" || low < 0.5) return {};
    const from = Math.floor(low * 20) / 20 - 0.05;
    return { rangemode: "normal", range: [from, high + (high - from) * 0.08] };
  };
  const whole = (metric, traces) => (metric.unit === "count" && !metric.isRatio && Math.max(...all(traces)) < 6 ? { dtick: 1 } : {});

  const overTime = (chart, cube, range) => {
    const { grain, periods, lines } = series(chart, cube, range);
    if (!lines.length) return null;
    const metric = metrics[chart.metrics[0]];
    const bars = chart.form === "bars";
    const isCut = (start) => cube.grain === "day" && (start < range[0] || next(start, grain) > next(range[1], "day"));
    const traces = lines.map((line, place) => ({
      type: bars ? "bar" : "scatter", name: escaped(line.label), x: periods, y: line.values.map((value) => drawnAs(metric, value)),
      customdata: line.values.map((value) => written(metric, value, true)), hovertemplate: "%{customdata}",
      ...(bars ? { marker: { color: COLOURS[place % 7], opacity: periods.map((start) => (isCut(start) ? 0.55 : 1)) } } : {
        mode: periods.length > 40 ? "lines" : "lines+markers", marker: { color: COLOURS[place % 7], size: 5 },
        line: { color: COLOURS[place % 7], width: 2, dash: DASHES[place % 4], shape: chart.form === "running" ? "hv" : "linear" },
      }),
    }));
    const matures = Math.max(...chart.metrics.map((name) => metrics[name].matures));
    const newest = cube.days[cube.days.length - 1];
    const grows = matures ? day(time(newest) - (matures - 1) * DAY) : "";
    const edge = next(periods[periods.length - 1], grain);
    const shapes = matures && grows < edge ? [{
      type: "rect", xref: "x", yref: "paper", x0: grows > periods[0] ? grows : periods[0], x1: edge, y0: 0, y1: 1,
      fillcolor: "band", line: { width: 0 }, layer: "below",
    }] : [];
    const said = [{ day: "By day", week: "By week, from Monday", month: "By month", quarter: "By quarter", year: "By year" }[grain]];
    if (bars && periods.some(isCut)) said.push(`pale: not all days of the ${grain}`);
    if (shapes.length) said.push(`days after ${day(time(grows) - DAY)} still grow`);
    return {
      data: traces, said: said.join("; ") + ".", grain, range, rows: periods.map((start, row) => [start, ...lines.map((line) => written(metric, line.values[row], true))]),
      heads: [grain[0].toUpperCase() + grain.slice(1), ...lines.map((line) => line.label)],
      layout: {
        barmode: "relative", hovermode: "x unified", shapes, showlegend: chart.metrics.length > 1 || Boolean(chart.by), xaxis: dateAxis(periods, grain),
        yaxis: { rangemode: "tozero", ...valueAxis(metric), ...(bars ? {} : closer(metric, traces)), ...whole(metric, traces) },
      },
    };
  };

  const byValue = (chart, cube, range) => {
    const metric = metrics[chart.metrics[0]];
    const sums = added(cube, chart.metrics[0], range, (row) => cube.value[row]);
    const found = cube.values.map((name, place) => ({ name, sum: sums.get(place) }))
      .filter(({ sum }) => sum && (metric.isRatio ? sum[1] > 0 && sum[0] !== null : sum[0]));
    if (!found.length) return null;
    const size = ({ sum }) => Math.abs(metric.isRatio ? sum[1] : sum[0]);
    found.sort((one, other) => (one.name === "other") - (other.name === "other") || size(other) - size(one));
    const values = found.map(({ sum }) => valueOf(metric, sum));
    const of = (sum) => (metric.isRatio && !metric.hasMoney ? ` of ${sum[1].toLocaleString("en-US")}` : "");
    const texts = found.map(({ sum }, place) => written(metric, values[place], true) + of(sum));
    const drawnValues = values.map((value) => drawnAs(metric, value));
    const [low, high] = [Math.min(0, ...drawnValues), Math.max(0, ...drawnValues)];
    return {
      said: "Those with most first.", range, heads: [chart.by.replace(/_/g, " "), metric.label], rows: found.map(({ name }, place) => [name, texts[place]]),
      data: [{
        type: "bar", orientation: "h", y: found.map(({ name }) => escaped(name)), x: drawnValues, text: texts, textposition: drawnValues.map((value) => (Math.abs(value) <= 0.4 * Math.max(high, -low) ? "outside" : "inside")),
        insidetextanchor: "end", cliponaxis: false, hovertemplate: "%{y}: %{text}<extra></extra>", marker: { color: "c1" },
      }],
      layout: {
        height: 56 + 30 * Math.max(found.length, 2), yaxis: { autorange: "reversed", type: "category" },
        xaxis: { ...valueAxis(metric), title: undefined, range: [low * 1.3, metric.unit === "rate" && high > 0.77 ? Math.max(1, high) : high * 1.3 || 1] },
      },
    };
  };

  const view = (chart) => {
    if (chart.cube) return (chart.form === "values" ? byValue : overTime)(chart, cubes[chart.cube], bounds());
    const parts = {
      page: [], account: ["account"], currency: ["account", "currency"], version: ["version"], money: ["version", "currency"],
    };
    return chart.views[parts[chart.scope].map(chosen).join("/")];
  };

  // The command that gives the same figures. Between double quotes a shell reads some signs, between single ones none.
  const quoted = (text) => (/["$`\\!]/.test(text) ? "'" + text.replace(/'/g, "'\\''") + "'" : `"${text}"`);
  const asked = (names, cube, { grain, by, range }) => {
    const shown = names.map((name) => metrics[name]);
    const account = element("account");
    const where = [];
    if (account && account.selectedIndex && cube.hasAccounts) where.push(`account = '${account.selectedOptions[0].text.replace(/\\/g, "\\\\").replace(/'/g, "\\'")}'`);
    if (shown.some((one) => one.hasMoney) && chosen("currency")) where.push(`currency = '${chosen("currency")}'`);
    const until = cube.grain && day(time(next(startOf(range[1], cube.grain), cube.grain)) - DAY);
    return [
      "vermeil metric", names.join(" "),
      [by, grain].filter(Boolean).length ? "--by " + [by, grain].filter(Boolean).join(",") : "",
      where.length ? "--where " + quoted(where.join(" and ")) : "",
      cube.grain ? `--time ${startOf(range[0], cube.grain)}..${until}` : "",
      shown.some((one) => one.matures) ? "--immature mark" : "",
    ].filter(Boolean).join(" ");
  };

  const cell = (tag, text, scope) => Object.assign(document.createElement(tag), { textContent: text }, scope ? { scope } : {});
  const row = (tag, cells, scope) => {
    const found = document.createElement("tr");
    cells.forEach((text, place) => {
      const one = place && tag === "td" ? cell("td", text) : cell("th", text, place && scope !== "col" ? "" : scope || "row");
      if (place) one.className = "number";
      found.append(one);
    });
    return found;
  };
  const told = (name, figure) => {
    const chart = charts[name], details = element(name + "-figures");
    if (!details) return;
    const card = element(name).parentElement;
    card.querySelector(".state").textContent = figure ? figure.said : "";
    // What all days before add up to is asked for as what each period adds.
    const range = chart.form === "running" ? [cubes[chart.cube].days[0] || chosen("from"), chosen("to")] : bounds();
    details.querySelector("code").textContent = asked(chart.metrics, cubes[chart.cube], { grain: figure && figure.grain, by: chart.by, range });
    const table = document.createElement("table");
    if (figure && details.open) {
      const head = document.createElement("thead"), body = document.createElement("tbody");
      head.append(row("th", figure.heads, "col"));
      body.append(...figure.rows.slice(-MOST_ROWS).map((cells) => row("td", cells)));
      table.append(head, body);
    }
    details.querySelector(".scroll").replaceChildren(table);
  };

  // The width of paper, while the page is being printed.
  let paper = null;
  const drawn = {}, near = new Set();

  // What gives a card its height is set for all of them, also for those not drawn yet: a card that grew while it came near
  // would push what is below it away from under a pointer.
  const draw = (name) => {
    const place = element(name);
    const figure = view(charts[name]);
    place.hidden = !figure;
    place.parentElement.querySelector(".nothing").hidden = Boolean(figure);
    told(name, figure);
    if (!figure || !window.Plotly) return;
    if (figure.layout.height) place.style.height = figure.layout.height + "px";
    if (!near.has(name) && !paper) return;
    drawn[name] = place.clientWidth;
    const width = paper || drawn[name];
    Plotly.react(place, tinted(figure.data), { ...layout(figure, width), width }, { displayModeBar: false });
    place.dispatchEvent(new Event("drawn"));
  };

  const tiles = () => document.querySelectorAll("[data-metric]").forEach((tile) => {
    const name = tile.dataset.metric, metric = metrics[name];
    const cube = Object.values(cubes).find((one) => one.isWhole && one.sums[name + "_up"]);
    const [from, to] = bounds();
    const length = time(to) - time(from) + DAY;
    const earlier = [day(time(from) - length), day(time(from) - DAY)];
    const of = (range) => valueOf(metric, added(cube, name, range, () => 0).get(0));
    const isKnown = cube.grain && element("from").min <= earlier[0];
    tile.querySelector(".value").textContent = written(metric, of([from, to]), true);
    tile.querySelector(".note").textContent = cube.grain ? `${isKnown ? written(metric, of(earlier), true) : "–"} in the ${length / DAY} days before` : "Of all that is known";
    tile.querySelector("code").textContent = asked([name], cube, { range: [from, to] });
  });

  // Charts are drawn when they come near; those that no window shows wait until it does.
  const drawAll = () => {
    if (element("from")) tiles();
    Object.keys(charts).forEach(draw);
  };
  const coming = new IntersectionObserver((changes) => changes.filter((one) => one.isIntersecting).forEach(({ target }) => {
    const name = target.querySelector(".plot").id;
    coming.unobserve(target);
    near.add(name);
    draw(name);
    fitted.observe(element(name));
  }), { rootMargin: "800px 0px" });

  // A window may get its width only after the first drawing, or without telling of it: what counts is the card's.
  const fitted = new ResizeObserver((changes) => changes.forEach(({ target }) => {
    if (!paper && target.clientWidth && target.clientWidth !== drawn[target.id]) draw(target.id);
  }));

  // What was chosen holds on the other pages, too, where they have it: links take it along.
  const kept = new URLSearchParams(location.search);
  const text = (select) => select.selectedOptions[0].text;
  const remember = () => {
    ["account", "currency", "range"].map(element).filter(Boolean).forEach((one) => kept.set(one.id, text(one)));
    ["from", "to"].map(element).filter(Boolean).forEach((one) => kept.set(one.id, one.value));
    document.querySelectorAll(".pages a, .more a").forEach((link) => { link.search = kept; });
  };
  const recall = () => {
    ["account", "currency", "range"].map(element).filter(Boolean).forEach((one) => {
      const place = [...one.options].findIndex((option) => option.text === kept.get(one.id));
      if (place >= 0) one.selectedIndex = place;
    });
    if (element("range") && chosen("range") === "own") {
      ["from", "to"].map(element).forEach((one) => { if (kept.get(one.id) >= one.min && kept.get(one.id) <= one.max) one.value = kept.get(one.id); });
    }
  };
  const days = () => {
    const [from, to, range] = ["from", "to", "range"].map(element);
    if (!from || range.value === "own") return;
    to.value = to.max;
    const first = range.value === "all" ? from.min : day(time(to.max) - (Number(range.value) - 1) * DAY);
    from.value = first > from.min ? first : from.min;
  };
  const change = ({ target }) => {
    if (target.id === "from" || target.id === "to") {
      const [from, to] = ["from", "to"].map(element);
      if (!target.value || target.value < target.min || target.value > target.max) target.value = target.id === "to" ? target.max : target.min;
      if (from.value > to.value) (target === from ? to : from).value = target.value;
      element("range").value = "own";
    } else days();
    remember();
    drawAll();
  };

  Object.entries(cubes).forEach(([name, cube]) => Object.assign(cube, { isWhole: !name.includes("/") }));
  if (!window.Plotly && element("no-library")) element("no-library").hidden = false;
  recall();
  days();
  if (location.search) remember();
  choices.forEach((choice) => choice.addEventListener("change", change));
  document.querySelectorAll("figure details.query").forEach((one) => one.addEventListener("toggle", () => {
    const name = one.id.replace(/-figures$/, "");
    if (charts[name] && charts[name].cube) told(name, view(charts[name]));
  }));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  addEventListener("beforeprint", () => { paper = 660; drawAll(); });
  addEventListener("afterprint", () => { paper = null; drawAll(); });
  document.querySelectorAll("form.choice").forEach((form) => form.addEventListener("submit", (event) => event.preventDefault()));
  drawAll();
  document.querySelectorAll("figure").forEach((card) => card.querySelector(".plot") && coming.observe(card));
})();
