import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { unknownReadings } from "../../../src/router/vsr/readings.ts";
import { vsrRouter } from "../../../src/router/vsr/router.ts";
import { compileSignals } from "../../../src/signals/index.ts";
import { requestOf, type WrittenRequest } from "../../signals/vectors.ts";
import { SHARED_DATA } from "../../wrp.ts";
import { cases, given, hasVectors } from "./vectors.ts";

const CONFIGS = join(SHARED_DATA, "vllm-sr-configs");
const FILES = ["config.yaml", "accuracy/config.yaml", "balance/config.yaml", "knowledge/config.yaml", "privacy/config.yaml"];

/** Types that need no model, which a probe's own readings cover. */
const COMPUTED = new Set(["keyword", "context", "structure", "conversation", "event", "metadata", "authz"]);

function routerOf(file: string, recipe?: string) {
  return vsrRouter(readFileSync(join(CONFIGS, file), "utf8"), file, { recipe });
}

describe.skipIf(!existsSync(CONFIGS))("upstream's own configs", () => {
  test.each(FILES)("%s loads, and routes whatever is known", (file) => {
    const router = routerOf(file);
    expect(router.recipe.decisions.length).toBeGreaterThan(1);
    const unmatched = router.route(given({}));
    expect(unmatched).toMatchObject({ determined: true });
    expect(unmatched.outcomes).toHaveLength(1);
    expect(router.trace(given({})).decisions).toHaveLength(router.recipe.decisions.length);
  });

  test("a recipe is chosen by its name, or by what clients ask for", () => {
    expect(routerOf("config.yaml", "privacy-first").recipe.decisions.map(({ name }) => name)).toEqual(["privacy_recipe_route"]);
    const text = readFileSync(join(CONFIGS, "config.yaml"), "utf8");
    expect(vsrRouter(text, "config.yaml", { entrypoint: "vllm-sr/exhaustive-privacy" }).recipe.name).toBe("privacy-first");
    expect(vsrRouter(text, "config.yaml", { entrypoint: "vllm-sr/exhaustive-default" }).recipe.name).toBe("default");
  });
});

/** Whether a score reads how sure a structure rule is, which a probe does not say. */
function readsConfidences({ recipe }: ReturnType<typeof routerOf>, score: string): boolean {
  return recipe.scores.some(({ name, inputs }) => name === score && inputs.some(({ type, value_source: source }) => type === "structure" && source !== "" && source !== "binary"));
}

interface Probe {
  readonly id: string;
  readonly config: string;
  readonly request: WrittenRequest;
  readonly upstream_expect: { readonly decision: string };
  readonly oracle: { readonly recipe: string; readonly matched: Record<string, string[]>; readonly decision_without_learned: string; readonly projection_scores_without_learned: Record<string, number> | null };
  readonly deterministic: boolean;
}

describe.skipIf(!hasVectors("recipe_probes.jsonl") || !existsSync(CONFIGS))("upstream's probes of its recipes", () => {
  const probes = hasVectors("recipe_probes.jsonl") ? cases<Probe>("recipe_probes.jsonl").map((probe) => ({ ...probe, file: probe.config.replace("config/recipes/", "") })).filter(({ file }) => existsSync(join(CONFIGS, file))) : [];
  const recipeOf = ({ oracle }: Probe) => (oracle.recipe === "default" ? undefined : oracle.recipe);

  test.each(probes.map((one) => [one.id, one] as const))("%s, with learned signals absent and unknown", (_, probe) => {
    const router = routerOf(probe.file, recipeOf(probe));
    const { matched } = probe.oracle;
    const absent = router.trace(given({ matched }));
    expect(absent.outcome?.decision ?? "").toBe(probe.oracle.decision_without_learned ?? "");
    for (const [name, score] of Object.entries(probe.oracle.projection_scores_without_learned ?? {})) if (!readsConfidences(router, name)) expect(absent.scores[name], name).toBeCloseTo(score, 12);

    const unknown = [...unknownReadings(router.signals).unknown].filter((key) => !COMPUTED.has(key.slice(0, key.indexOf(":"))));
    const traced = router.trace(given({ matched, unknown }));
    if (probe.deterministic) expect(traced).toMatchObject({ determined: true, outcome: { decision: probe.upstream_expect.decision } });
    // The same from the request alone.
    const read = router.trace(compileSignals(router.signals)(requestOf(probe.request)));
    if (traced.determined) expect({ determined: read.determined, decision: read.outcome?.decision }).toEqual({ determined: true, decision: traced.outcome?.decision });
    // A request without turns before says more: there is nothing to ask again, or to give feedback on.
    else if (read.determined) expect(traced.possible).toContain(read.outcome?.decision ?? null);
    // Of what is determined, the outcome with learned signals absent is one case.
    if (traced.determined) expect(traced.outcome?.decision).toBe(probe.oracle.decision_without_learned);
  });

  test("as many are determined as are marked so", () => {
    expect(probes.filter(({ deterministic }) => deterministic).length).toBeGreaterThan(0);
  });
});
