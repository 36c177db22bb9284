import type { OutcomeColumns } from "../model/columns.ts";
import type { Basis } from "../report/input.ts";
import type { Policy } from "../router/index.ts";
import { checkNames } from "./names-policies.ts";
import type { RunSettings } from "./parts.ts";

/** What is asked of outcomes: what they are a basis for, and every model that answered, here or in the baseline's run. */
interface Outcomes {
  readonly basis: Basis;
  readonly columns: Pick<OutcomeColumns, "models">;
  readonly seen: readonly string[];
  /** Policies that there would be, had their models answered. */
  readonly absent?: readonly string[];
}

/**
 * The policies that gates which name none are about, and that a blessing keeps: the user's, less the reference where one was asked for
 * or is a live router's log (that is what the others are to be judged against); without any, the reference. Throws WrpError where a
 * gate names no policy there is, or the share of no model there is.
 */
export function policiesUnderTest({ gates, models, reference: asked }: RunSettings, policies: readonly Policy[], reference: string, { basis, columns, seen, absent = [] }: Outcomes): string[] {
  const known = [...new Set([...columns.models, ...models.map(({ name }) => name), ...seen])];
  checkNames({ reference: null, gates }, [...policies.map(({ name }) => name), ...absent], known);
  const own = policies.filter((p) => !p.control && p.kind !== "always").map((p) => p.name);
  const judge = asked ?? (basis === "decisions" ? reference : null);
  const tested = own.filter((name) => name !== judge);
  return tested.length > 0 ? tested : own.length > 0 ? own : [reference];
}
