import { styleText } from "node:util";
import type { RunListing } from "../../../outcomes/store.ts";
import { visible } from "../../../report/render/escape.ts";
import { displayWidth, fitNames } from "../../../report/render/names.ts";
import { openRuns } from "../../store-file.ts";
import type { Output, World } from "../../world.ts";

interface ListFlags {
  readonly limit?: number;
  readonly json?: boolean;
  readonly store?: string;
  readonly quiet?: boolean;
}

const HEAD = ["run", "created (UTC)", "status", "workload", "prompts", "policies", "seed", "verdict", "wrp"] as const;
const WORKLOAD = HEAD.indexOf("workload");
const NARROWEST_NAME = 8;
const GUTTER = 2;

export async function listCommand(flags: ListFlags, world: World): Promise<number> {
  const store = await openRuns(flags, world);
  try {
    const runs = store.listRuns(flags.limit);
    if (flags.json) world.stdout.write(`${JSON.stringify({ schemaVersion: 1, runs }, null, 2)}\n`);
    else if (!world.stdout.isTTY) world.stdout.write(runs.map(tabbed).join(""));
    else if (runs.length > 0) world.stdout.write(await table(runs, world.stdout));
    if (runs.length === 0 && !flags.json && !flags.quiet) world.stderr.write("the store has no runs; wrp eval DATA makes one\n");
    return 0;
  } finally {
    store.close();
  }
}

/** For programs: whole values, nothing where a value is not known. */
function tabbed({ id, createdAt, status, workload, prompts, policies, seed, verdict, wrpVersion }: RunListing): string {
  return `${[id, createdAt, status, workload, prompts, policies, seed, verdict, wrpVersion].map((cell) => visible(String(cell ?? ""))).join("\t")}\n`;
}

async function table(runs: readonly RunListing[], { columns, color }: Output): Promise<string> {
  const dim = (text: string) => (color ? styleText("dim", text, { validateStream: false }) : text);
  const rows = runs.map(cells);
  const widthOf = (k: number) => Math.max(displayWidth(HEAD[k] as string), ...rows.map((row) => displayWidth(row[k] as string)));
  const others = HEAD.reduce((sum, _, k) => sum + GUTTER + (k === WORKLOAD ? 0 : widthOf(k)), 0);
  const names = fitNames(rows.map((row) => row[WORKLOAD] as string), Math.max(NARROWEST_NAME, columns - others));
  const { default: Table } = await import("cli-table3");
  const grid = new Table({ chars: NO_LINES, style: { head: [], border: [], "padding-left": 0, "padding-right": GUTTER } });
  grid.push(HEAD.map(dim), ...rows.map((row) => row.map((cell, k) => (k === WORKLOAD ? (names.get(cell) as string) : cell))));
  return `${grid
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")}\n`;
}

function cells({ id, createdAt, status, workload, prompts, policies, seed, verdict, wrpVersion }: RunListing): string[] {
  const count = (n: number | null) => n?.toLocaleString("en-US") ?? "–";
  return [id, createdAt.slice(0, 16).replace("T", " "), status, workload ?? "–", count(prompts), count(policies), String(seed), verdict ?? "–", wrpVersion].map(visible);
}

const NO_LINES = Object.fromEntries(
  ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right", "left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"].map((name) => [name, ""]),
);
