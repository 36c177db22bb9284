import { styleText } from "node:util";
import type { RunConfig } from "../../../evaluate/parts.ts";
import type { PriceRecord, RunRecord, StoredCounts } from "../../../outcomes/store.ts";
import { visible } from "../../../report/render/escape.ts";
import { amount, usd } from "../../amounts.ts";
import { settingsInWords } from "../../settings-in-words.ts";
import { openRuns } from "../../store-file.ts";
import type { World } from "../../world.ts";

interface ShowFlags {
  readonly json?: boolean;
  readonly store?: string;
}

/** All that the store knows of a run, as `--json` prints it. */
interface Shown {
  readonly schemaVersion: 1;
  readonly run: Omit<RunRecord, "config" | "reportKey">;
  readonly settings: RunConfig["settings"];
  readonly workload: {
    readonly name: string;
    readonly prompts: number | null;
    readonly files: readonly { readonly name: string; readonly format: string; readonly sha256: string; readonly prompts: number | null }[];
  };
  readonly prices: readonly PriceRecord[];
  readonly report: { readonly verdict: string; readonly policies: readonly string[] } | null;
  readonly stored: StoredCounts;
}

export async function showCommand(id: string, flags: ShowFlags, world: World): Promise<number> {
  const store = await openRuns(flags, world);
  try {
    const { config, reportKey, ...run } = store.findRun(id);
    const { settings, read } = JSON.parse(config) as RunConfig;
    const workload = store.findWorkload(run.workloadHash);
    const report = reportKey === null ? null : store.findReport(reportKey);
    const shown: Shown = {
      schemaVersion: 1,
      run,
      settings,
      workload: {
        name: read?.name ?? workload?.header.name ?? "",
        prompts: workload?.prompts ?? null,
        files: workload
          ? workload.header.files.map(({ name, format, sha256 }, k) => ({ name: read?.files[k] ?? name, format, sha256, prompts: workload.summary.promptsPerFile[k] ?? null }))
          : (read?.files ?? []).map((name) => ({ name, format: "", sha256: "", prompts: null })),
      },
      prices: store.readPrices(run.id),
      report: report && { verdict: report.verdict, policies: report.policies.map((policy) => policy.name) },
      stored: store.countStored(run.workloadHash),
    };
    world.stdout.write(flags.json ? `${JSON.stringify(shown, null, 2)}\n` : inWords(shown, flags, world.stdout.color));
    return 0;
  } finally {
    store.close();
  }
}

function inWords({ run, settings, workload, prices, report, stored }: Shown, flags: ShowFlags, color: boolean): string {
  const paint = (style: "bold" | "dim", text: string) => (color ? styleText(style, text, { validateStream: false }) : text);
  const section = (name: string, lines: readonly string[]) => lines.map((line, k) => `  ${paint("dim", (k === 0 ? name : "").padEnd(10))}${visible(line)}`);
  return `${[
    `run ${paint("bold", run.id)}   ${run.status}`,
    ...section("created", [`${run.createdAt} by wrp ${run.wrpVersion}`]),
    ...section("workload", [
      `${workload.name || "unknown"} (${workload.prompts === null ? "not read to its end" : amount(workload.prompts, "prompt")}), ${run.workloadHash}`,
      ...workload.files.map(({ name, format, sha256, prompts }) => `${name}${format === "" ? "" : `: ${format}, ${prompts === null ? "" : `${amount(prompts, "prompt")}, `}sha256 ${sha256}`}`),
    ]),
    ...section("settings", [...settingsInWords(settings), `configuration ${run.configHash}`]),
    ...section("prices", prices.map(priceInWords)),
    ...section("report", [reportInWords(run, report, flags)]),
    ...section("stored", [storedInWords(stored)]),
  ].join("\n")}\n`;
}

function priceInWords({ model, inputUsdPer1M, outputUsdPer1M, source }: PriceRecord): string {
  if (inputUsdPer1M === null && outputUsdPer1M === null) return `${model}: ${source}`;
  return `${model}: $${inputUsdPer1M ?? "?"} in, $${outputUsdPer1M ?? "?"} out per million tokens (${source})`;
}

function reportInWords({ id, status }: Shown["run"], report: Shown["report"], { store }: ShowFlags): string {
  const at = store === undefined ? "" : ` --store ${store}`;
  if (report) return `${amount(report.policies.length, "policy").replace(/ys$/, "ies")}, verdict ${report.verdict}; wrp report ${id}${at}`;
  if (status === "running" || status === "running?") return "not yet";
  return `none: give its wrp eval again with --resume ${id}`;
}

function storedInWords({ whole, texts, prompts, answers, grades, looseTries, decisions }: StoredCounts): string {
  const kinds = (["recorded", "simulated", "live"] as const).flatMap((kind) => (answers[kind] > 0 ? [amount(answers[kind], `${kind} answer`)] : []));
  const cost = looseTries.unknownCosts === 0 ? usd(looseTries.costUsd) : `${looseTries.costUsd > 0 ? `${usd(looseTries.costUsd)} and ` : ""}${looseTries.unknownCosts} of unknown cost`;
  const tried = looseTries.count > 0 ? [`${looseTries.count === 1 ? "1 try" : `${looseTries.count} tries`} without an answer (${cost})`] : [];
  const parts = [`${amount(prompts, "prompt")}${texts ? "" : " without texts"}${whole ? "" : " so far"}`, ...kinds, amount(grades, "grade"), ...tried, `decisions of ${amount(decisions, "policy").replace(/ys$/, "ies")}`];
  return parts.join(", ");
}
