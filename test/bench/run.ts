/**
 * Every bench, or the one named: node test/bench/run.ts [NAME] [--json]. A table of what was measured, as Markdown; a bench
 * judges nobody, so the exit code is 0 whatever it says. Build first.
 */
import { parseArgs } from "node:util";
import * as command from "./command.ts";
import * as demo from "./demo.ts";
import * as embedder from "./embedder.ts";
import * as help from "./help.ts";
import * as knn from "./knn.ts";
import * as learn from "./learn.ts";
import * as live from "./live.ts";
import { runNode, type Aim, type Bench, type Figure } from "./measure.ts";
import * as online from "./online.ts";
import * as parse from "./parse.ts";
import * as replay from "./replay.ts";
import * as report from "./report.ts";
import * as rules from "./rules.ts";
import * as signals from "./signals.ts";
import * as store from "./store.ts";
import * as sweep from "./sweep.ts";
import * as vsr from "./vsr.ts";

const BENCHES: readonly Bench[] = [store, parse, replay, report, rules, signals, embedder, vsr, knn, learn, online, command, live, sweep, help, demo];

/** A figure with its verdict: null where it has no aim. */
type Row = Figure & { readonly bench: string; readonly aim: Aim | null; readonly met: boolean | null };

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: "boolean" } } });
const unknown = positionals.filter((one) => !BENCHES.some((bench) => bench.name === one));
if (unknown.length > 0) console.error(`no bench is named "${unknown[0]}": ${BENCHES.map((bench) => bench.name).join(", ")}`);
else if (positionals.length === 1) show(await measured(BENCHES.find((bench) => bench.name === positionals[0]) as Bench));
else show(BENCHES.filter((bench) => positionals.length === 0 || positionals.includes(bench.name)).flatMap(inItsOwnProcess));

async function measured(bench: Bench): Promise<Row[]> {
  return (await bench.bench()).map((figure) => {
    const aim = figure.aim === undefined ? bench.aim : figure.aim;
    return { ...figure, bench: bench.name, aim, met: aim && ("atMost" in aim ? figure.ratio <= aim.atMost : figure.ratio >= aim.atLeast) };
  });
}

/** So that one bench's heap is no part of another's, and what fails takes nothing with it. */
function inItsOwnProcess({ name }: Bench): Row[] {
  console.error(`${name} …`);
  try {
    return JSON.parse(runNode([import.meta.filename, name, "--json"]).stdout) as Row[];
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return [];
  }
}

function show(rows: readonly Row[]): void {
  if (values.json) return console.log(JSON.stringify(rows, null, 2));
  console.log("| bench | what | measured | aim | met | detail |\n|---|---|--:|--:|---|---|");
  for (const row of rows) {
    const met = row.met === null ? "" : row.met ? "yes" : "**no**";
    console.log(`| ${[row.bench, row.name, shown(row.ratio, row.unit), inWords(row.aim, row.unit), met, row.detail].join(" | ")} |`);
  }
}

function inWords(aim: Aim | null, unit?: string): string {
  if (!aim) return "";
  return "atMost" in aim ? `≤ ${shown(aim.atMost, unit)}` : `≥ ${shown(aim.atLeast, unit)}`;
}

function shown(value: number, unit?: string): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toLocaleString("en-US", { minimumFractionDigits: 0, maximumFractionDigits: digits })}${unit ? ` ${unit}` : ""}`;
}
