import type { VsrRecipe } from "../../../router/vsr/shape.ts";
import type { Bounds } from "../../../router/vsr/shape.ts";
import { boundsOf, type Domain } from "./bounds.ts";
import { fieldsIn, listIn, partAt, textIn, textsIn } from "./fields.ts";

/** What a structure or conversation signal measures, and when it matches. */
export interface Measure {
  /** The same for signals that measure the same thing. */
  readonly key: string;
  readonly domain: Domain;
  readonly matches: Bounds;
  /** Nothing is measured of a text of blanks. */
  readonly mayBeAbsent: boolean;
}

const COUNT: Domain = { lo: 0, hi: Infinity, whole: true };
const FLAG: Domain = { lo: 0, hi: 1, whole: true };
const SHARE: Domain = { lo: 0, hi: Infinity, whole: false };
const ABOVE_ZERO: Bounds = { gt: 0 };

/** Null where nothing is known of what a signal measures. */
export function measureOf(type: string, name: string, { signals }: VsrRecipe): Measure | null {
  const spec = (type === "structure" ? signals["structure"] : type === "conversation" ? signals["conversation"] : undefined)?.find((one) => one.name === name);
  if (!spec) return null;
  const feature = partAt(spec, "feature");
  const source = partAt(feature, "source");
  const kind = textIn(feature, "type").trim().toLowerCase();
  const key = `${type}:${kind}:${JSON.stringify(source)}`;
  const predicate = fieldsIn(spec["predicate"]);
  const bounds = spec["predicate"] === undefined || spec["predicate"] === null ? null : boundsOf(predicate);
  if (type === "conversation") {
    const flag = kind === "exists" || textIn(source, "type") === "active_tool_loop";
    if (kind !== "exists" && kind !== "count") return null;
    return { key, domain: flag ? FLAG : COUNT, matches: kind === "exists" ? ABOVE_ZERO : (bounds ?? {}), mayBeAbsent: false };
  }
  const counts = textIn(source, "type").trim().toLowerCase();
  const domain = kind === "exists" || kind === "sequence" || (counts === "sequence" && kind === "count") ? FLAG : kind === "count" ? COUNT : kind === "density" ? SHARE : null;
  if (!domain) return null;
  const nothing = (counts === "keyword_set" && !textsIn(source, "keywords").some((one) => one !== "")) || (counts === "sequence" && !listIn(source, "sequences").some((one) => Array.isArray(one) && one.length > 0));
  return { key, domain: nothing ? { lo: 0, hi: 0, whole: true } : domain, matches: bounds ?? ABOVE_ZERO, mayBeAbsent: true };
}
