import { valueHash } from "../lib/hash.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import { WrpError } from "../model/errors.ts";
import type { OutcomeStore, RunRecord } from "../outcomes/store.ts";
import type { Policy } from "../router/index.ts";
import { explainedBy, type ExplainedPolicy } from "./decide.ts";

/**
 * Decisions of policies that decide elsewhere are no function of a run's settings: a report is known by what they decided, too, and the
 * run finds them under its report's key. Undefined where there is no such policy.
 */
export function hashOfAsked(policies: readonly Policy[], decided: readonly ExplainedPolicy[]): string | undefined {
  const asked = askedOf(policies, decided);
  if (asked.length === 0) return undefined;
  return valueHash(asked.map(({ name, model, rules }) => ({ name, model: model.join(), rule: rules.rule.join(), rules: rules.rules, notes: rules.notes })));
}

/** Stores what was decided elsewhere with the run that has this report. Returns the keys. */
export function keepAsked(store: OutcomeStore, workloadHash: string, reportKey: string, policies: readonly Policy[], decided: readonly ExplainedPolicy[], columns: OutcomeColumns): string[] {
  return askedOf(policies, decided).map(({ name, model, rules: { rule, rules, notes } }) => {
    const key = askedKey(reportKey, name);
    store.saveDecisions(key, workloadHash, { models: columns.models, model, rule, rules, notes });
    return key;
  });
}

/** What a policy decided elsewhere in a stored run. Nothing is started: throws WrpError where the store does not have it. */
export function recallAsked(store: OutcomeStore, run: RunRecord, policy: Policy, columns: OutcomeColumns): ExplainedPolicy {
  const known = run.reportKey === null ? null : store.findDecisions(askedKey(run.reportKey, policy.name), run.workloadHash);
  if (known) return explainedBy(policy, known, columns);
  throw new WrpError(`run ${run.id} has no stored decisions of policy "${policy.name}", whose command only wrp eval starts`, { hint: "give the same wrp eval again" });
}

function askedKey(reportKey: string, policy: string): string {
  return valueHash({ report: reportKey, policy });
}

function askedOf(policies: readonly Policy[], decided: readonly ExplainedPolicy[]) {
  return policies.flatMap(({ open }, k) => {
    const { name, decisions, rules } = decided[k] as ExplainedPolicy;
    return open && decisions.form === "choice" && rules ? [{ name, model: decisions.model, rules }] : [];
  });
}
