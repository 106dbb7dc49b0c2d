"use strict";
(() => {
  const found = JSON.parse(document.getElementById("cuts-data").textContent);
  const slider = document.getElementById("cut");
  const version = document.getElementById("version");
  const chart = document.getElementById("tradeoff-curve");
  if (!slider) return;

  const counted = (number) => number.toLocaleString("en-US");
  const amount = (minor, currency) => {
    const digits = found.exponents[currency];
    return (minor / 10 ** digits).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  };
  const percent = (part, whole, digits = 1) => (whole ? (100 * part / whole).toFixed(digits) + " %" : "–");

  const cells = (of, cut, currency) => {
    const at = (name) => of[name][cut];
    const caught = at("caught_fraud_count");
    const blocked = at("blocked_good_count");
    return {
      caught: counted(caught),
      caught_amount: amount(at("caught_fraud_minor"), currency),
      recall: percent(caught, of.fraud_count),
      missed_amount: amount(at("missed_fraud_minor"), currency),
      blocked: counted(blocked),
      blocked_amount: amount(at("blocked_good_minor"), currency),
      hurt: percent(blocked, of.payments_count - of.fraud_count, 2),
      precision: percent(caught, caught + blocked),
      cost: amount(at("cost_minor"), currency),
    };
  };

  const line = (cut) => ({
    type: "line", x0: cut, x1: cut, yref: "paper", y0: 0, y1: 1,
    line: { color: getComputedStyle(document.documentElement).getPropertyValue("--accent").trim(), width: 2, dash: "dash" },
  });

  const show = () => {
    const cut = Number(slider.value);
    document.getElementById("cut-shown").textContent = cut;
    document.querySelectorAll("#cuts tr[data-currency]").forEach((row) => {
      const currency = row.dataset.currency;
      const of = (found.versions[version.value] || {})[currency];
      const texts = of ? cells(of, cut, currency) : {};
      row.querySelectorAll("[data-cell]").forEach((cell) => { cell.textContent = texts[cell.dataset.cell] || "–"; });
    });
    if (chart && !chart.hidden && chart.data) Plotly.relayout(chart, { shapes: [line(cut)] });
  };

  slider.addEventListener("input", show);
  document.querySelectorAll("#version, #currency").forEach((choice) => choice.addEventListener("change", show));
  // The other script draws the chart without the line.
  if (chart) chart.addEventListener("drawn", show);
  show();
})();
