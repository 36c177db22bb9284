import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { unknownName, WrpError } from "../../model/errors.ts";
import { writeWhole } from "../files.ts";
import { configText, type PlannedPolicy } from "../init/config-text.ts";
import { lookAround, lookInto, STARTER, type FoundData } from "../init/look-around.ts";
import { comparable, defaultChoices, planConfig, type Choices } from "../init/plan.ts";
import { askOn, canAsk, type Questions } from "../init/questions.ts";
import type { World } from "../world.ts";

interface InitFlags {
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

const CONFIG = "wrp.yaml";
const DATA = "prompts.jsonl";
const KINDS: readonly PlannedPolicy["kind"][] = ["threshold", "rules"];

/** Writes a wrp.yaml that works at once, for the data that is here, else for made-up prompts that it writes too. */
export async function initCommand(flags: InitFlags, world: World): Promise<number> {
  const { cwd } = world;
  if (existsSync(resolve(cwd, CONFIG)) && !flags.force)
    throw new WrpError("is there already", { place: { file: CONFIG }, hint: "wrp check checks it; wrp init --force writes it anew (nothing else)" });
  const { seen, found, broken } = await lookAround(cwd);
  const questions = canAsk(world) && !flags.yes ? askOn(world) : null;
  let starter = false;
  let text: string;
  try {
    const wanted = questions && found.length > 0 ? await askFiles(questions, found, cwd) : found;
    starter = wanted.length === 0;
    if (starter && existsSync(resolve(cwd, DATA)))
      throw new WrpError("is there already, and holds nothing to judge", { place: { file: DATA }, hint: `wrp check ${DATA} says why; made-up prompts would be written there` });
    const { chosen, others } = comparable(starter ? [{ ...(await lookInto(fileURLToPath(STARTER), cwd)), file: DATA }] : wanted);
    const choices = defaultChoices(chosen);
    text = configText(planConfig(chosen, others, questions ? await askChoices(questions, chosen, choices) : choices, seen, schemaPath(cwd)));
  } finally {
    questions?.close();
  }
  if (starter) await writeWhole(DATA, cwd, [readFileSync(STARTER, "utf8")]);
  await writeWhole(CONFIG, cwd, [text]);
  if (!flags.quiet) {
    for (const error of broken) world.stderr.write(`left out ${error.located}\n`);
    if (starter) world.stderr.write(`wrote ${DATA}: made-up prompts with made-up outcomes, to try things out\n`);
    world.stderr.write(`wrote ${CONFIG}\nnext: wrp eval\n`);
  }
  return 0;
}

/** Which of the files found, or others; none for the made-up prompts. */
async function askFiles(questions: Questions, found: readonly FoundData[], cwd: string): Promise<FoundData[]> {
  const known = new Map(found.map((data) => [data.file, data]));
  const names = await questions.list("Data files (none: made-up prompts)?", [...known.keys()], async (answer) => {
    for (const file of answer) {
      if (known.has(file)) continue;
      const data = await lookInto(file, cwd).catch((error: unknown) => error);
      if (data instanceof WrpError) return data.located;
      if (data instanceof Error) throw data;
      known.set(file, data as FoundData);
    }
    return null;
  });
  return names.map((file) => known.get(file) as FoundData);
}

async function askChoices(questions: Questions, chosen: readonly FoundData[], { trusted, guarded, policies }: Choices): Promise<Choices> {
  const models = (chosen[0]?.models ?? []).map(({ name }) => name);
  const among = (what: string, known: readonly string[]) => async (answer: readonly string[]) => {
    const unknown = answer.find((name) => !known.includes(name));
    return unknown === undefined ? null : unknownName(what, unknown, known).message + `; known: ${known.join(", ")}`;
  };
  return {
    trusted: await questions.list(`Which models may see sensitive prompts (of ${models.join(", ")})?`, trusted, among("model", models)),
    guarded,
    policies: (await questions.list(`Policies to begin with (${KINDS.join(", ")})?`, policies, among("policy", KINDS))) as Choices["policies"],
  };
}

/** Where an editor finds the config's schema, as seen from here: in the package, where it is installed. */
function schemaPath(cwd: string): string | null {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const schema = join(folder, "node_modules/wrp/schemas/config.schema.json");
    if (existsSync(schema)) {
      const path = relative(cwd, schema).split(sep).join("/");
      return path.startsWith(".") ? path : `./${path}`;
    }
    if (dirname(folder) === folder) return null;
  }
}
