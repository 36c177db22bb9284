import type { Report } from "../../../model/report.ts";
import { escapeHtml } from "../escape.ts";
import { policyGroups } from "../groups.ts";
import { count, GAP, quality, withInterval } from "../numbers.ts";
import type { Section } from "./section.ts";
import { sortableTable } from "./table.ts";

const OPEN_UP_TO = 15;
/** Below this many prompts a mean is shown in grey. */
const FEW = 30;

/** Quality by slice as heat tables, one per way of slicing: a row per slice, a column per policy. */
export function slicesSection(report: Report): Section {
  const ways = [...new Set(report.slices.map((slice) => slice.by))];
  return { id: "slices", title: "Slices", html: ways.map((by) => oneWay(report, by)).join("\n") };
}

function oneWay(report: Report, by: string): string {
  const slices = report.slices.filter((slice) => slice.by === by);
  const present = new Set(slices.flatMap((slice) => slice.policies.map((p) => p.name)));
  const names = policyGroups(report)
    .flatMap((group) => group.policies.map((p) => p.name))
    .filter((name) => present.has(name));
  const drawn = new Set(report.policies.flatMap((p) => (p.simulated.includes("quality") ? [p.name] : [])));
  const means = slices.flatMap((slice) => slice.policies.flatMap((p) => (p.quality.mean === null ? [] : [p.quality.mean])));
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const rows = slices.map((slice) => {
    const byName = new Map(slice.policies.map((p) => [p.name, p.quality]));
    const cells = names.map((name) => {
      const value = byName.get(name);
      if (!value || value.mean === null) return { html: GAP, value: null };
      const heat = Math.round((5 + 55 * ((value.mean - low) / (high - low || 1))) * 10) / 10;
      const title = escapeHtml(`${name}: ${withInterval(value.mean, value.ci, quality)} on ${count(value.n)} prompts`);
      return {
        html: `<span class="heat${value.n < FEW ? " few" : ""}" style="--h:${heat}%" title="${title}">${value.mean.toFixed(3)}</span>`,
        value: value.mean,
      };
    });
    return { cells: [{ html: escapeHtml(slice.value), value: slice.value }, { html: count(slice.prompts), value: slice.prompts }, ...cells] };
  });
  const table = sortableTable({
    caption: `Quality by ${by}`,
    columns: [{ head: by }, { head: "n", number: true, hint: "compared prompts in the slice" }, ...names.map((name) => ({ head: `${name}${drawn.has(name) ? " ~" : ""}`, number: true, hint: drawn.has(name) ? `${name}: simulated` : name }))],
    rows,
    className: "heat-table",
  });
  const open = slices.length <= OPEN_UP_TO ? " open" : "";
  return `<details${open}><summary>by ${escapeHtml(by)} (${count(slices.length)})</summary>${table}<p class="soft small">a stronger colour is better; grey: fewer than ${FEW} prompts; point at a cell for its interval${names.some((name) => drawn.has(name)) ? "; ~ simulated" : ""}</p></details>`;
}
