import type { Report, ReportPolicy } from "../../../model/report.ts";
import { escapeHtml } from "../escape.ts";
import { policyGroups } from "../groups.ts";
import { percent } from "../numbers.ts";
import type { Section } from "./section.ts";

const COLORS = 12;

/** Which models each policy uses, as stacked bars with the same figures in words. */
export function sharesSection(report: Report): Section {
  const mixed = policyGroups(report)
    .flatMap((group) => group.policies)
    .filter(({ share }) => Object.values(share).filter(({ mean }) => mean > 0).length > 1);
  const order = modelOrder(report, mixed);
  const rows = mixed.map((policy) => {
    const parts = order
      .map((name, i) => ({ name, i, mean: Object.hasOwn(policy.share, name) ? (policy.share[name]?.mean ?? 0) : 0 }))
      .filter(({ mean }) => mean > 0);
    const bar = parts.map(({ name, i, mean }) => {
      const label = mean >= 0.07 ? `<span>${percent(Math.round(mean * 100) / 100).replace(".0", "")}</span>` : "";
      return `<i class="m${i % COLORS}" style="width:${(mean * 100).toFixed(3)}%" title="${escapeHtml(`${name} ${percent(mean)}`)}">${label}</i>`;
    });
    const words = [...parts]
      .sort((a, b) => b.mean - a.mean)
      .map(({ name, mean }) => `${name} ${percent(mean)}`)
      .slice(0, 12)
      .join(", ");
    return `<div class="share"><b>${escapeHtml(policy.name)}</b><div class="bar" aria-hidden="true">${bar.join("")}</div><small class="soft">${escapeHtml(words)}</small></div>`;
  });
  const legend = order.map((name, i) => `<span><i class="m${i % COLORS}"></i>${escapeHtml(name)}</span>`);
  return {
    id: "shares",
    title: "Model shares",
    html: rows.length === 0 ? "" : `<div class="key">${legend.join("")}</div>\n${rows.join("\n")}`,
  };
}

/** Cheapest models first, so that every bar runs from cheap to dear. */
function modelOrder({ policies }: Report, mixed: readonly ReportPolicy[]): string[] {
  const used = [...new Set(mixed.flatMap(({ share }) => Object.keys(share).filter((name) => (share[name]?.mean ?? 0) > 0)))];
  const price = new Map(policies.filter((p) => p.kind === "always").map((p) => [p.name, p.costUsdPer1k?.mean ?? p.quality.mean ?? 0]));
  return used.sort((a, b) => (price.get(a) ?? 0) - (price.get(b) ?? 0));
}
