import * as z from "zod";
import { fieldsOf, numberField, type SignalKind } from "../kind.ts";

const FIELDS = z.object({ lookback_turns: numberField });

/** Whether the user asks again: with fewer turns before than a rule looks back to, it does not match, without any model; else it takes one. */
export const reask: SignalKind = (specs) => {
  const rules = specs.map((spec) => ({ key: `reask:${spec.name}`, lookback: fieldsOf(spec, FIELDS, () => undefined)?.lookback_turns || 1 }));
  return ({ userWindows }, { unknown }) => {
    const before = userWindows.slice(0, -1).filter((text) => text !== "").length;
    if (userWindows.at(-1) !== "") for (const { key, lookback } of rules) if (before >= lookback) unknown.add(key);
  };
};
