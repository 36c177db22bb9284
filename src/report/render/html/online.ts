import type { Report } from "../../../model/report.ts";
import { escapeHtml } from "../escape.ts";
import { cost, count, GAP, interval, plain, quality } from "../numbers.ts";
import { regretChart } from "../svg/regret.ts";
import type { Section } from "./section.ts";

type Online = NonNullable<Report["online"]>[number];

/** What learning cost those policies that learn as they go: regret along the prompts, and the numbers that it ends in. */
export async function onlineSection({ online = [] }: Report): Promise<Section> {
  const parts: string[] = [];
  // Rewards of different lambdas are different quantities.
  for (const [lambda, alike] of Map.groupBy(online, ({ lambdaPerUsd }) => lambdaPerUsd)) {
    if (alike.some(({ regret }) => regret !== null)) parts.push(`<figure class="chart">${await regretChart(alike)}</figure>`);
    parts.push(table(alike, lambda));
  }
  return { id: "online", title: "Learning as it goes", html: parts.join("\n") };
}

function table(policies: readonly Online[], lambda: number): string {
  const reward = lambda === 0 ? "quality" : `quality − ${plain(lambda)} · cost in USD`;
  const heads = ["random orders", "regret against the best single", "one order ±", "own order", "regret against the oracle", "quality", "one order ±", "own order", "$ per 1,000"];
  const rows = policies.map(({ policy, orders, regret, quality: own, costUsdPer1k, inOrder }) => {
    const cells = [
      count(orders),
      regret ? withCi(regret.versusBestSingle.mean.at(-1), regret.versusBestSingle.ci.at(-1), plain) : GAP,
      plain(regret?.versusBestSingle.sd),
      plain(regret?.inOrder),
      regret ? withCi(regret.versusOracle.mean.at(-1), regret.versusOracle.ci.at(-1), plain) : GAP,
      withCi(own.mean, own.ci, quality),
      quality(own.sd),
      quality(inOrder.quality),
      costUsdPer1k ? withCi(costUsdPer1k.mean, costUsdPer1k.ci, (v) => cost(v)) : GAP,
    ];
    const note = regret ? `<span class="note">best single: ${escapeHtml(regret.bestSingle)}</span>` : "";
    return `<tr><th scope="row">${escapeHtml(policy)}${note}</th>${cells.map((cell) => `<td class="num">${cell}</td>`).join("")}</tr>`;
  });
  return [
    `<div class="scroll" tabindex="0" role="region" aria-label="Online figures"><table><caption>Reward: ${reward}</caption><thead><tr><th scope="col">policy</th>`,
    ...heads.map((head) => `<th scope="col" class="num">${head}</th>`),
    `</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`,
    '<p class="soft small">Regret: what the rewards of the choices fall short of, summed over the prompts so far: of the best single model in hindsight (below 0: better than it), or of the best model of each prompt. Intervals and bands: 95 %, of the mean over all orders, these prompts given; the intervals of the policy table take the prompts as drawn and the choices as given.</p>',
  ].join("");
}

function withCi(value: number | undefined, ci: [number, number] | null | undefined, format: (v: number) => string): string {
  return `${value === undefined ? GAP : format(value)}<span class="ci">${interval(ci, format)}</span>`;
}
