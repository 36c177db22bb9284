import type { OutcomeColumns } from "../model/columns.ts";
import { WrpError } from "../model/errors.ts";
import type { Report } from "../model/report.ts";
import type { OutcomeStore } from "../outcomes/store.ts";
import type { ExplainedPolicy } from "../evaluate.ts";
import { decisionRows } from "../report/decision-rows.ts";
import { formatForFile, renderDecisions, renderers } from "../report/render/index.ts";
import { checkWritable, isStdout, writeWhole } from "./files.ts";
import type { World } from "./world.ts";

/** What the user asked to see. */
export interface Delivery {
  readonly json: boolean;
  /** stdout is taken by events. */
  readonly silent: boolean;
  readonly quiet: boolean;
  /** Files by `-o`, in order. */
  readonly files: readonly string[];
  /** Whether reports may carry prompt texts. */
  readonly content: boolean;
}

/** What per-prompt decisions are written from. */
interface Decided {
  readonly columns: OutcomeColumns;
  /** Without the figures that are expected, where the report stands on decisions. */
  readonly logged: OutcomeColumns | null;
  readonly policies: readonly ExplainedPolicy[];
}

/** Options that several commands read into a Delivery. Unwritable files and unknown endings fail here, before the work. */
export function deliveryOf(flags: { json?: boolean; jsonl?: boolean; quiet?: boolean; output?: string[]; withContent?: boolean }, world: World): Delivery {
  const files = flags.output ?? [];
  for (const file of files) {
    if (file !== "-") formatForFile(file);
    checkWritable(file, world.cwd);
  }
  const onStdout = [...(flags.json ? ["--json"] : []), ...(flags.jsonl ? ["--jsonl"] : []), ...files.filter((file) => isStdout(file) && file !== "-").map((file) => `-o ${file}`)];
  if (onStdout.length > 1) throw new WrpError(`stdout can carry one document (asked for: ${onStdout.join(", ")})`, { hint: "give the others a file: -o report.html" });
  return {
    json: flags.json === true,
    silent: flags.jsonl === true,
    quiet: flags.quiet === true,
    files,
    content: flags.withContent === true || !world.env["CI"],
  };
}

/**
 * Prints the answer on stdout (unless a file is stdout already) and writes the files, naming each on stderr.
 *
 * @param decided called where a file asks for per-prompt decisions
 */
export async function deliver(
  stored: Report,
  decided: () => Decided | Promise<Decided>,
  delivery: Delivery,
  store: OutcomeStore,
  world: World,
): Promise<void> {
  const report = delivery.content ? withTexts(stored, store) : stored;
  if (delivery.json) world.stdout.write(await renderers.json.render(report, {}));
  else if (!delivery.silent && !delivery.files.some((file) => isStdout(file) && file !== "-")) {
    const width = world.stdout.isTTY ? Math.max(80, world.stdout.columns) : 80;
    world.stdout.write(await renderers.terminal.render(report, { width, color: world.stdout.color }));
  }
  for (const file of delivery.files) {
    if (file === "-") continue;
    const chunks = await chunksOf(file);
    if (isStdout(file)) for (const chunk of chunks) world.stdout.write(chunk);
    else {
      await writeWhole(file, world.cwd, chunks);
      if (!delivery.quiet) world.stderr.write(`wrote ${file}\n`);
    }
  }

  async function chunksOf(file: string): Promise<Iterable<string>> {
    const format = formatForFile(file);
    if (format.of === "report") return [await renderers[format.format].render(report, {})];
    const { columns, logged, policies } = await decided();
    const simulated = new Set(report.models.flatMap(({ name, simulated: source }) => (source === null ? [] : [name])));
    return renderDecisions(decisionRows(columns, policies, simulated, logged), format.format);
  }
}

/** The report with the texts of the prompts that it names. */
function withTexts(report: Report, store: OutcomeStore): Report {
  const ordinals = [...new Set(report.moved.flatMap((pair) => pair.prompts.map((p) => p.ordinal)))];
  if (ordinals.length === 0) return report;
  const texts = store.readTexts(report.run.workloadHash, ordinals);
  return {
    ...report,
    moved: report.moved.map((pair) => ({
      ...pair,
      prompts: pair.prompts.map((p) => {
        const text = texts.get(p.ordinal);
        return typeof text === "string" ? { ...p, text } : p;
      }),
    })),
  };
}
