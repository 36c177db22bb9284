import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { probeRecipes } from "../../src/evaluate/probe-recipes.ts";
import { readProbes } from "../../src/gateways/vsr/probes.ts";
import { cases, hasVectors } from "../router/vsr/vectors.ts";
import { SHARED_DATA } from "../wrp.ts";

interface Vector {
  readonly id: string;
  readonly config: string;
  readonly request: { readonly text?: string; readonly messages?: unknown; readonly tools?: unknown };
  readonly tags: readonly string[];
  readonly upstream_expect: { readonly decision: string; readonly algorithm: string; readonly alias: string; readonly plugins: readonly string[]; readonly signals: readonly [string, string][] };
  readonly deterministic: boolean;
}

const CONFIGS = join(SHARED_DATA, "vllm-sr-configs");
const vectors = hasVectors("recipe_probes.jsonl") && existsSync(CONFIGS) ? cases<Vector>("recipe_probes.jsonl").map((vector) => ({ ...vector, file: vector.config.replace("config/recipes/", "") })) : [];
const byConfig = [...Map.groupBy(vectors.filter(({ file }) => existsSync(join(CONFIGS, file))), ({ file }) => file)];

/** The vectors as the file that upstream keeps them in. */
function probesOf(some: readonly Vector[]): string {
  return stringify({
    decisions: some.map(({ id, request: { text, ...request }, tags, upstream_expect: { decision, algorithm, alias, plugins, signals } }) => ({
      id: id.replace(":", "/"),
      expected_decision: decision,
      expected_algorithm: algorithm,
      expected_alias: alias,
      expected_plugins: plugins,
      variants: [{ id: "v", ...request, ...(text === undefined ? {} : { query: text }), tags, expected_signals: Object.fromEntries([...Map.groupBy(signals, ([type]) => type)].map(([type, pairs]) => [type, pairs.map(([, name]) => name)])) }],
    })),
  });
}

describe.skipIf(byConfig.length === 0)("upstream's probes of its recipes", () => {
  test.each(byConfig)("%s: what needs no model holds, the rest is undetermined, nothing fails", async (file, some) => {
    const { results } = await probeRecipes(readProbes(probesOf(some), "probes.yaml"), { text: readFileSync(join(CONFIGS, file), "utf8"), file }, null);
    expect(results.filter(({ holds }) => holds === false).map(({ probe, checks }) => [probe.id, checks])).toEqual([]);
    expect(results.map(({ holds }, i) => [some[i]?.id, holds === true])).toEqual(some.map(({ id, deterministic }) => [id, deterministic]));
  });
});
