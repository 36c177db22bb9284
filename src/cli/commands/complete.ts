import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { storeFile } from "../store-path.ts";
import type { World } from "../world.ts";

/**
 * What completion scripts look up: `policies` (of the config and of the newest run), `runs`, `names` (both) or `models` (of the config), one a line, with a tab
 * before what is to be said of it. Never fails: without config or store there is nothing to say. Imports little, since somebody waits at a key.
 *
 * @param words the line so far: it may name the config and the store
 */
export async function completeCommand(what: string | undefined, words: readonly string[], world: World): Promise<number> {
  try {
    const { folder, config } = await lookIntoConfig(valueIn(words, "--config", "-c"), world.cwd);
    const store = resolve(world.cwd, storeFile(valueIn(words, "--store"), { config: typeof config["store"] === "string" ? { store: config["store"] } : {}, folder }, world.cwd));
    const { peekPolicies, peekRuns } = await import("../../outcomes/peek.ts");
    const lines = [
      ...(what === "models" ? modelsIn(config) : []),
      ...(what === "policies" || what === "names" ? [...namesIn(config), ...peekPolicies(store)] : []),
      ...(what === "runs" || what === "names" ? peekRuns(store).map(({ id, createdAt }) => `${id}\t${createdAt.slice(0, 16).replace("T", " ")}`) : []),
    ];
    // A name that holds a line break cannot be one line.
    world.stdout.write([...new Set(lines)].filter((line) => line !== "" && !/[\r\n]/.test(line)).map((line) => `${line}\n`).join(""));
  } catch {
    // Nothing to offer.
  }
  return 0;
}

type Loose = Readonly<Record<string, unknown>>;

async function lookIntoConfig(given: string | undefined, cwd: string): Promise<{ folder: string; config: Loose }> {
  const file = resolve(cwd, given ?? "wrp.yaml");
  if (!existsSync(file)) return { folder: cwd, config: {} };
  const { parseDocument } = await import("yaml");
  const value: unknown = parseDocument(readFileSync(file, "utf8")).toJS();
  return { folder: dirname(file), config: typeof value === "object" && value !== null ? (value as Loose) : {} };
}

/** Names of policies and models in a config that need not be right. */
function namesIn(config: Loose): string[] {
  const policies = listIn(config, "policies").map((spec) => spec?.["name"] ?? (spec?.["kind"] === "always" ? spec["model"] : spec?.["kind"]));
  return [...policies.filter((name) => typeof name === "string"), ...modelsIn(config)];
}

function modelsIn(config: Loose): string[] {
  return listIn(config, "models").map((model) => model?.["name"]).filter((name) => typeof name === "string");
}

function listIn(config: Loose, key: string): (Loose | null)[] {
  return Array.isArray(config[key]) ? (config[key] as (Loose | null)[]) : [];
}

function valueIn(words: readonly string[], ...flags: readonly string[]): string | undefined {
  for (const [k, word] of words.entries()) {
    const flag = flags.find((one) => word === one || word.startsWith(`${one}=`));
    if (flag !== undefined) return word === flag ? words[k + 1] : word.slice(flag.length + 1);
  }
  return undefined;
}
