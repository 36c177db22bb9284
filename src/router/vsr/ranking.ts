import { byBytes } from "../../lib/byte-order.ts";
import type { RuleResult } from "./rule-tree.ts";
import type { VsrDecision } from "./shape.ts";
import type { Truth } from "./span.ts";

/** A decision with what became of its rules. */
export interface Judged {
  readonly decision: VsrDecision;
  readonly result: Omit<RuleResult, "rule">;
}

/** How decisions that match are put in order. */
export interface Order {
  /** `tier`: any decision of a tier above 0 matched, which the strategy then has no say in. */
  readonly by: "tier" | "confidence" | "priority";
  readonly keys: readonly Key[];
}

type Key = "tier" | "confidence" | "priority" | "name";

const ORDERS: Readonly<Record<Order["by"], readonly Key[]>> = {
  tier: ["tier", "confidence", "priority", "name"],
  confidence: ["confidence", "priority", "name"],
  priority: ["priority", "confidence", "name"],
};

/** The orders that may apply: two where it is unknown whether a decision of a tier above 0 matches. */
export function ordersOf(judged: readonly Judged[], strategy: string): readonly Order[] {
  const tiered: readonly Truth[] = judged.filter(({ decision }) => (decision.tier ?? 0) > 0).map(({ result }) => result.match);
  const plain: Order["by"] = strategy === "confidence" ? "confidence" : "priority";
  const by: readonly Order["by"][] = tiered.includes(true) ? ["tier"] : tiered.includes(null) ? ["tier", plain] : [plain];
  return by.map((one) => ({ by: one, keys: ORDERS[one] }));
}

/** The decisions that may be chosen, the most likely first; null stands for none of them, which leaves the default model. */
export function winners(judged: readonly Judged[], strategy: string): readonly (Judged | null)[] {
  const possible = judged.filter(({ result }) => result.match !== false);
  const sure = possible.filter(({ result }) => result.match === true);
  if (sure.length === possible.length && possible.every(({ result: { confidence } }) => confidence.lo === confidence.hi)) return [firstOf(possible, ordersOf(judged, strategy)[0] as Order)];
  const found = new Set<Judged>();
  for (const order of ordersOf(judged, strategy)) {
    const first = possible.toSorted((a, b) => guess(a, b, order));
    for (const one of first) if (!sure.some((rival) => rival !== one && surelyBefore(rival, one, order))) found.add(one);
  }
  return sure.length > 0 ? [...found] : [...found, null];
}

/** Of decisions of which all is known. */
function firstOf(known: readonly Judged[], order: Order): Judged | null {
  return known.reduce<Judged | null>((first, one) => (first && guess(first, one, order) <= 0 ? first : one), null);
}

/** What told the winner from the best of the others: the first key in which they differ; null where nothing else matched. */
export function decidedBy(winner: Judged, judged: readonly Judged[], strategy: string): { readonly key: Key; readonly over: string; readonly order: Order["by"] } | null {
  const [order] = ordersOf(judged, strategy) as [Order];
  const [second] = judged.filter((one) => one !== winner && one.result.match === true).toSorted((a, b) => guess(a, b, order));
  if (!second) return null;
  const key = order.keys.find((one) => compare(winner, second, one) !== 0) ?? "name";
  return { key, over: second.decision.name, order: order.by };
}

/** True where `a` comes before `b` whatever their confidences are. */
function surelyBefore(a: Judged, b: Judged, { keys }: Order): boolean {
  for (const key of keys) {
    if (key !== "confidence") {
      const order = compare(a, b, key);
      if (order !== 0) return order < 0;
      continue;
    }
    const [x, y] = [a.result.confidence, b.result.confidence];
    if (x.lo > y.hi) return true;
    // At least as sure: where they are equal, what follows decides.
    if (x.lo < y.hi) return false;
    if (!(x.lo === x.hi && y.lo === y.hi)) {
      const rest = keys.slice(keys.indexOf("confidence") + 1).map((later) => compare(a, b, later)).find((order) => order !== 0) ?? 0;
      return rest < 0;
    }
  }
  return false;
}

function guess(a: Judged, b: Judged, { keys }: Order): number {
  for (const key of keys) {
    const order = compare(a, b, key);
    if (order !== 0) return order;
  }
  return 0;
}

function compare(a: Judged, b: Judged, key: Key): number {
  switch (key) {
    case "tier":
      return (a.decision.tier ?? 0) - (b.decision.tier ?? 0);
    case "priority":
      return (b.decision.priority ?? 0) - (a.decision.priority ?? 0);
    case "confidence":
      return b.result.confidence.lo - a.result.confidence.lo;
    case "name":
      return byBytes(a.decision.name, b.decision.name);
  }
}
