import type { PairedComparison, PolicyComparison } from "../../../model/comparison.ts";
import { escapeMarkdown as md } from "../escape.ts";
import { count, GAP, quality, signed, usd } from "../numbers.ts";
import { noChange, VERDICT_MARK } from "../words.ts";
import { cellsOf, grounds, headline, movement, pairing } from "./words.ts";

const PROMPTS = 20;
const FLOWS = 8;

/** A comparison for a pull request. */
export function renderComparisonMarkdown(comparison: PolicyComparison): string {
  const { a, b, comparisons, slices, changed, warnings } = comparison;
  const sliced = slices.flatMap((slice) => slice.comparisons.map((one) => line([md(`${slice.by} ${slice.value}`), count(slice.prompts), ...cells(one)])));
  const head = ["metric", md(a.label), md(b.label), "difference", "95 %", "verdict"];
  const blocks = [
    `## ${md(headline(comparison))}`,
    warnings.length === 0 ? "" : ["> [!WARNING]", ...warnings.map((text) => `> - ${md(text)}`)].join("\n"),
    [line(head), line(["---", "--:", "--:", "--:", "---", "---"]), ...comparisons.map((one) => line(cells(one)))].join("\n"),
    `- ${md(pairing(comparison))}\n- ${md(movement(comparison, FLOWS))}\n${grounds(comparison).map((text) => `- ${md(text)}`).join("\n")}`,
    sliced.length === 0 ? "" : ["### By slice", "", line(["slice", "n", ...head]), line(["---", "--:", "---", "--:", "--:", "--:", "---", "---"]), ...sliced].join("\n"),
    changed.count === 0
      ? ""
      : [
          `### Prompts that differ (${count(changed.count)})`,
          "",
          line(["prompt", `model of ${md(b.label)}`, `model of ${md(a.label)}`, "quality", "Δ USD"]),
          line(["---", "---", "---", "---", "--:"]),
          ...changed.prompts.slice(0, PROMPTS).map((p) =>
            line([
              md(p.id),
              md(p.modelB ?? GAP),
              md(p.modelA ?? GAP),
              p.qualityA === null || p.qualityB === null ? GAP : `${quality(p.qualityB)} → ${quality(p.qualityA)}`,
              p.costUsdA === null || p.costUsdB === null ? GAP : signed(p.costUsdA - p.costUsdB, usd),
            ]),
          ),
        ].join("\n"),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function cells(one: PairedComparison): string[] {
  const { metric, a, b, difference, ci, verdict } = cellsOf(one);
  return [md(metric), a, b, difference, md(ci), `${noChange(one) ? "=" : VERDICT_MARK[one.verdict]} ${md(verdict)}`];
}

function line(row: readonly string[]): string {
  return `| ${row.join(" | ")} |`;
}
