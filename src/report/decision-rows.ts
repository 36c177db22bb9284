import { isAnswered, isDecided, nameOfPlace, type Decisions, type LabelColumn, type OutcomeColumns } from "../model/columns.ts";
import { calledAt } from "../model/path.ts";
import { eachChoice } from "./events.ts";
import type { DecidedPolicy } from "./input.ts";
import { servedOf } from "./remote.ts";
import type { DecisionRow } from "./render/decisions.ts";

type Explained = DecidedPolicy & { readonly rules: { readonly rule: Int32Array; readonly rules: readonly string[] } | null };

/** Why a prompt goes where it goes, where no rule says it. */
function inWords(decisions: Decisions): string | null {
  if (decisions.form === "choice") return null;
  if (decisions.form === "mixture") return "mixture";
  return decisions.replays ? "learned on the way, over many orders" : "expected over all ways that it may take";
}

/**
 * Every policy's decision on every prompt with its outcome, policy by policy. Rows of a policy with probabilities are expectations, without a model.
 *
 * @param simulated models whose answers are drawn
 * @param logged what was really seen, where the report stands on decisions; null on outcomes
 */
export function* decisionRows(columns: OutcomeColumns, policies: readonly Explained[], simulated: ReadonlySet<string>, logged: OutcomeColumns | null): Generator<DecisionRow, void> {
  const drawn = columns.models.map((name) => simulated.has(name));
  for (const policy of policies)
    for (let i = 0; i < columns.n; i++) {
      const { decisions, rules } = policy;
      const m = decisions.form === "choice" ? (decisions.model[i] as number) : -1;
      const value = (table: readonly Float64Array[]): number | null => {
        if (decisions.form === "choice") return m < 0 ? null : known(table[m]?.[i]);
        let sum = isDecided(decisions, i) ? 0 : NaN;
        eachChoice(decisions, i, (k, w) => void (sum += w * (table[k]?.[i] ?? NaN)));
        return known(sum);
      };
      const served = servedOf(decisions);
      const rule = rules ? (rules.rule[i] as number) : -1;
      yield {
        ordinal: i,
        id: columns.ids[i] as string,
        dataset: columns.datasets[columns.stratum[i] as number] as string,
        policy: policy.name,
        model: served ? labelAt(served.names, i) : m < 0 ? null : nameOfPlace(columns, m),
        rule: served ? labelAt(served.decision, i) : rule >= 0 ? (rules?.rules[rule] as string) : inWords(decisions),
        quality: value(columns.quality),
        costUsd: value(columns.costUsd),
        latencyMs: value(columns.latencyMs),
        simulated: drawnAt(decisions, i),
        expected: logged !== null && !served && !isAnswered(columns, m) && (m < 0 || columns.chosen[i] !== m || filled(m, i)),
      };
    }

  /** Whether any answer that a policy may get there is drawn. */
  function drawnAt(decisions: DecidedPolicy["decisions"], i: number): boolean {
    let found = false;
    eachChoice(decisions, i, (m) => void (found ||= calledAt(columns, m).some((called) => drawn[called])));
    return found;
  }

  /** Whether a figure stands where the log has none. */
  function filled(m: number, i: number): boolean {
    const gap = (table: readonly Float64Array[] | undefined) => known(table?.[m]?.[i]) === null;
    return (gap(logged?.costUsd) && !gap(columns.costUsd)) || (gap(logged?.latencyMs) && !gap(columns.latencyMs));
  }
}

function labelAt({ values, index }: LabelColumn, i: number): string | null {
  return values[index[i] as number] ?? null;
}

function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
