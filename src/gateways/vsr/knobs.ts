import type { PolicySpec } from "../../model/config.ts";
import { WrpError } from "../../model/errors.ts";
import type { Tunable, Tunables } from "../../router/tunables.ts";
import { vsrLeaves, type Leaf } from "./leaves.ts";
import { setLeaves } from "./write/set-leaves.ts";

type VsrSpec = Extract<PolicySpec, { kind: "vsr" }>;

/** How far around its value a number is searched that has no bounds of its own: to so many times it, and to a share of that. */
const FACTOR = 8;

/**
 * The numbers of a config that its file states and that can be changed alone. A value of no bounds is searched around what it is; priorities
 * and tiers between the least and the greatest of the file, so that decisions may change places.
 */
export function vsrTunables(spec: VsrSpec): Tunables<VsrSpec> {
  const { text, config } = spec;
  if (text === undefined) throw new WrpError(`${config} is not read`, { hint: "wrp reads it where the policy is given" });
  const { leaves } = vsrLeaves(text.replace(/^\uFEFF/, ""), config);
  const able = [...leaves.values()].filter(({ stated, at }) => stated && at.shared === null);
  return {
    numbers: able.map((leaf) => ({ name: leaf.path, ...searched(leaf, able), whole: leaf.range.whole ?? false, unit: leaf.kind, own: leaf.value })),
    tuned(values) {
      const settings = Object.fromEntries(values);
      return { ...spec, set: { ...spec.set, ...settings }, text: setLeaves(text, config, settings).text };
    },
  };
}

function searched({ kind, range: { min, max, above }, value }: Leaf, all: readonly Leaf[]): Pick<Tunable, "range" | "scale"> {
  const around = (low: number, high: number): Pick<Tunable, "range" | "scale"> => ({ range: [Math.max(low, min), Math.min(high, max)], scale: "linear" });
  const like = all.filter((other) => other.kind === kind).map((other) => other.value);
  switch (kind) {
    case "threshold":
    case "score":
      return above ? around(1e-3, 1) : min === -Infinity ? around(Math.min(-1, 2 * value), 1) : around(min, Math.min(max, Math.max(1, 2 * value)));
    case "percentile":
      return around(min, max);
    case "priority":
    case "tier":
      return around(Math.min(...like, 0), Math.max(...like, 1));
    case "tokens":
    case "slope":
    case "temperature":
    case "limit":
      return value > 0 ? { range: [Math.max(kind === "tokens" ? 1 : 0, value / FACTOR), Math.min(max, value * FACTOR)], scale: "log" } : around(0, kind === "tokens" ? 8192 : 1);
    case "count":
      return around(min, Math.max(10, 2 * value));
    case "weight":
    case "bound":
    case "value":
      return around(Math.min(0, 2 * value), Math.max(1, 2 * Math.abs(value)));
  }
}
