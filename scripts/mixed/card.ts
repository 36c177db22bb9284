import { tokenCounter } from "../../src/lib/tokens.ts";
import type { Domain, Entry } from "./sources.ts";

/** The tables of the dataset's card: domains, what tags and languages there are, how long prompts are (o200k tokens). */
export async function cardTables(domains: readonly Domain[]): Promise<string> {
  const countTokens = await tokenCounter();
  const tokensOf = ({ row }: Entry) => countTokens(row.prompt ?? (row.messages ?? []).map((m) => m.content).join("\n"));
  const entries = domains.flatMap((domain) => domain.entries);
  const sorted = (some: readonly Entry[]) => some.map(tokensOf).sort((a, b) => a - b);
  const lines = [
    "| domain | prompts | tokens p50 | max | graders | what |",
    "|---|---:|---:|---:|---|---|",
    ...domains.map(({ name, about, entries: some }) => {
      const tokens = sorted(some);
      const graders = counted(some.map(({ row }) => row.grader ?? "")).map(([grader]) => grader);
      return `| ${name} | ${some.length} | ${figure(quantile(tokens, 0.5))} | ${figure(quantile(tokens, 1))} | ${graders.join(", ")} | ${about} |`;
    }),
    `| **all** | ${entries.length} | ${figure(quantile(sorted(entries), 0.5))} | ${figure(quantile(sorted(entries), 1))} | | |`,
    "",
    `- **Input tokens** (o200k): ${[0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1].map((q) => `p${q * 100} ${figure(quantile(sorted(entries), q))}`).join(", ")}; ${figure(sorted(entries).reduce((a, b) => a + b, 0))} in all.`,
    `- **Tags**: ${list(entries.flatMap(({ row }) => row.tags ?? []))}.`,
    `- **Languages** (of what the user writes): ${list(entries.map(({ row }) => String(row.meta?.["language"])))}.`,
    `- **Difficulty**: ${list(entries.map(({ row }) => String(row.meta?.["difficulty"])))}.`,
    `- **Sessions**: ${new Set(entries.flatMap(({ row }) => row.session ?? [])).size} with ${entries.filter(({ row }) => row.session).length} turns.`,
    `- **Graders**: ${list(entries.map(({ row }) => row.grader ?? ""))}.`,
  ];
  return `${lines.join("\n")}\n`;
}

/** The README with the tables between their two marks. */
export function withTables(readme: string, tables: string): string {
  return readme.replace(/(<!-- tables of mixed.jsonl: npm run mixed -->\n)[^]*?(<!-- end -->)/, (_, begin: string, end: string) => begin + tables + end);
}

/** The order statistic at rank ⌈qn⌉. */
function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] as number;
}

function counted(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

const list = (values: readonly string[]) => counted(values).map(([value, n]) => `${value} ${n}`).join(", ");
const figure = (n: number) => n.toLocaleString("en-US");
