import type { PolicySpec } from "../model/config.ts";
import { WrpError } from "../model/errors.ts";
import { plainTable } from "../report/render/plain-table.ts";
import { policyName } from "../router/index.ts";
import type { Tunable } from "../router/tunables.ts";
import { tunedNumbers } from "../tune/tunables-of.ts";
import type { LoadedConfig } from "./load-config.ts";
import type { World } from "./world.ts";

/** Prints the numbers of policies that may be tuned, as they are known without data. Throws WrpError where there is none. */
export async function listTunables(policies: readonly PolicySpec[], { config: { models = [] } }: LoadedConfig, flags: { readonly json?: boolean; readonly knob?: readonly string[] }, world: World): Promise<number> {
  const context = { models: models.map(({ name }) => ({ name, quality: NaN, costUsdPer1k: NaN })), weak: null, strong: null, factValues: () => null, pool: { health: new Map(), queueDepth: new Map() } };
  const able = policies.flatMap((spec) => {
    try {
      return [{ policy: policyName(spec), kind: spec.kind, numbers: tunedNumbers(spec, context, flags.knob).numbers }];
    } catch (error) {
      if (error instanceof WrpError && error.code === "nothing-to-tune" && policies.length > 1) return [];
      throw error;
    }
  });
  if (able.length === 0) throw new WrpError("no policy has a number to tune", { hint: "--policy 'threshold(threshold=500)', --policy vsr:config.yaml" });
  if (flags.json) {
    const policiesOf = able.map(({ numbers, ...one }) => ({ ...one, numbers: numbers.map(({ name, own, range, scale, whole, unit }) => ({ name, own, low: range?.[0] ?? null, high: range?.[1] ?? null, scale, whole, unit })) }));
    world.stdout.write(`${JSON.stringify({ schemaVersion: 1, policies: policiesOf }, null, 2)}\n`);
    return 0;
  }
  const rows = able.flatMap(({ policy, numbers }) => numbers.map((one) => [policy, one.name, one.own === null ? "" : String(one.own), rangeInWords(one), one.unit]));
  world.stdout.write(`${await plainTable([["policy", "number", "value", "searched", "unit"], ...rows], ["left", "left", "right", "left", "left"])}\n`);
  return 0;
}

function rangeInWords({ range, scale, whole }: Tunable): string {
  if (!range) return "all values that the data has";
  return `${Number(range[0].toPrecision(4))} to ${Number(range[1].toPrecision(4))}${whole ? ", whole" : ""}${scale === "log" ? ", by its logarithm" : ""}`;
}
