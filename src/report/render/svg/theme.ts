/**
 * Colours of charts: Okabe and Ito's palette, told apart with every common colour vision; kinds also differ in shape and
 * lines in dashes. Custom properties let the page and the reader's colour scheme choose.
 */
export const CHART_STYLE = `
.wrp-chart{--c-fg:#1f2328;--c-soft:#59636e;--c-line:#d8dee4;--c-bg:#ffffff;--c-model:#0072b2;--c-policy:#d55e00;--c-control:#6b6b6b;--c-sweep:#cc79a7;--c-front:#009e73;--c-curve-a:#b8460b;--c-curve-b:#5e3c99;--c-curve-c:#006d8f;color:var(--c-fg);background:var(--c-bg);font:12px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;max-width:100%;height:auto}
@media (prefers-color-scheme:dark){.wrp-chart{--c-fg:#e6edf3;--c-soft:#9aa4af;--c-line:#30363d;--c-bg:#0d1117;--c-model:#56b4e9;--c-policy:#e69f00;--c-control:#a8a8a8;--c-sweep:#d896bd;--c-front:#2fc99b;--c-curve-a:#f2a65a;--c-curve-b:#b9a2f0;--c-curve-c:#5fd0e6}}
@media print{.wrp-chart{--c-fg:#000;--c-soft:#444;--c-line:#ccc;--c-bg:#fff;--c-model:#0072b2;--c-policy:#d55e00;--c-control:#555;--c-sweep:#cc79a7;--c-front:#009e73;--c-curve-a:#b8460b;--c-curve-b:#5e3c99;--c-curve-c:#006d8f}}
.wrp-chart text{fill:currentColor;white-space:pre}
.wrp-chart .soft,.wrp-chart g[aria-label$="tick label"],.wrp-chart g[aria-label$="axis label"]{fill:var(--c-soft);color:var(--c-soft)}
.wrp-chart text.soft{fill:var(--c-soft)}
.wrp-chart text.label{paint-order:stroke;stroke:var(--c-bg);stroke-width:3px;stroke-linejoin:round}
.wrp-chart text.front{font-weight:600}
.wrp-chart text.curve{fill:var(--c-soft);font-style:italic}
.wrp-chart .leader{stroke:var(--c-soft);stroke-width:.75;opacity:.7}
.wrp-chart .models{fill:var(--c-model);stroke:var(--c-model)}
.wrp-chart .policies{fill:var(--c-policy);stroke:var(--c-policy)}
.wrp-chart .controls{fill:none;stroke:var(--c-control);stroke-width:1.5;pointer-events:all}
.wrp-chart .bar{stroke-width:1;opacity:.55}
.wrp-chart .point:focus{outline:2px solid var(--c-front);outline-offset:2px}
`
  .trim()
  .replaceAll("\n", "");

/** Names of the lines a chart may hold, as CSS colours. */
export const LINE = {
  frontier: "var(--c-front)",
  hull: "var(--c-soft)",
  sweep: "var(--c-sweep)",
  grid: "var(--c-line)",
} as const;
