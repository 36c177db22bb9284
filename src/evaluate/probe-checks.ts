import type { Probe, Wanted } from "../gateways/vsr/probes.ts";
import { unknownName } from "../model/errors.ts";
import type { VsrRouter } from "../router/vsr/router.ts";
import { leafNameOf, LEAF_TYPES, signalNameOf } from "../router/vsr/signal-kinds.ts";
import type { RuleTrace, VsrTrace } from "../router/vsr/trace.ts";

/** Null: it hangs on what nobody knows. */
export type Holds = boolean | null;

/** One thing that a probe expects. */
export interface ProbeCheck {
  readonly of: "recipe" | "decision" | "algorithm" | "alias" | "plugins" | "signals";
  readonly holds: Holds;
  readonly expected: string;
  readonly got: string;
  /** What decided it, or what is open; null where nothing is to be said. */
  readonly why: string | null;
}

/** All that a probe expects, against what became of its request. What a decision that is not taken would have had is not looked at. */
export function probeChecks(probe: Probe, trace: VsrTrace, router: VsrRouter): ProbeCheck[] {
  const { recipe, algorithm, alias, plugins, signals } = probe;
  const decided = decisionCheck(probe, trace, router);
  const checks: ProbeCheck[] = [decided, { of: "signals", ...signalsHold(signals, trace, router) }];
  if (recipe !== null && probe.model !== null) checks.unshift({ of: "recipe", holds: trace.recipe === recipe, expected: recipe, got: trace.recipe, why: `"${probe.model}" asks for it` });
  if (decided.holds !== true) return checks;
  const decision = router.recipe.decisions.find(({ name }) => name === probe.decision);
  const models = (decision?.modelRefs ?? []).map(({ model }) => model);
  const type = decision?.algorithm?.type || "static";
  if (algorithm !== null) checks.push({ of: "algorithm", holds: type === algorithm, expected: algorithm, got: type, why: null });
  if (alias !== null) checks.push({ of: "alias", holds: models.includes(alias), expected: alias, got: models.join(", ") || "no model", why: null });
  checks.push({ of: "plugins", ...listHolds(plugins, (decision?.plugins ?? []).map((plugin) => plugin.type), []) });
  return checks;
}

function decisionCheck({ decision: expected, place }: Probe, trace: VsrTrace, { recipe }: VsrRouter): ProbeCheck {
  const judged = trace.decisions.find(({ name }) => name === expected);
  if (!judged) {
    const { hint = null } = unknownName("decision", expected, recipe.decisions.map(({ name }) => name), place);
    return { of: "decision", holds: false, expected, got: trace.outcome?.decision ?? "none", why: `recipe "${recipe.name}" has no such decision; ${hint}` };
  }
  const base = { of: "decision", expected } as const;
  if (!trace.determined) {
    const got = trace.possible.map((name) => name ?? "none").join(" or ");
    return judged.match === false ? { ...base, holds: false, got, why: why(judged.rules, false, expected) } : { ...base, holds: null, got, why: openSignals(trace) };
  }
  const got = trace.outcome?.decision ?? "none";
  if (got === expected) return { ...base, holds: true, got, why: null };
  return { ...base, holds: false, got, why: judged.match === false ? why(judged.rules, false, expected) : `${got} wins${trace.tieBreak ? ` by ${trace.tieBreak.key}` : ""}` };
}

/** Leaves that make a rule what it is, at most a few. */
const NAMED = 4;

function why(rules: RuleTrace | null, truth: boolean, decision: string): string {
  const leaves = rules ? deciding(rules, truth) : [];
  const more = leaves.length - NAMED;
  return `${decision} does not match: ${leaves.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function deciding({ rule, match, conditions }: RuleTrace, truth: boolean): string[] {
  if (!conditions) return [`${rule} ${match === null ? "unknown" : match ? "matched" : "did not"}`];
  if (conditions.length === 0) return [`an empty ${rule}`];
  if (rule === "NOT") return conditions.flatMap((one) => deciding(one, !truth));
  const some = conditions.filter((one) => one.match === truth);
  const one = rule === "AND" ? some.slice(0, 1) : some;
  return one.flatMap((condition) => deciding(condition, truth));
}

/** What nobody knows of the decisions that are open. */
function openSignals({ decisions, unknownSignals }: VsrTrace): string {
  const unknown = (rule: RuleTrace): string[] => (rule.match !== null ? [] : rule.conditions ? rule.conditions.flatMap(unknown) : [rule.rule]);
  const leaves = [...new Set(decisions.flatMap(({ match, rules }) => (match === null && rules ? unknown(rules) : [])))];
  const types = [...new Set(unknownSignals.map((key) => key.slice(0, key.indexOf(":"))))].toSorted();
  return `open: ${leaves.length > 0 ? leaves.slice(0, NAMED).join(", ") : "how sure signals are"}${leaves.length > NAMED ? ` and ${leaves.length - NAMED} more` : ""}; nobody reads ${types.join(", ")} here`;
}

function signalsHold(wanted: Wanted, { signals, unknownSignals }: VsrTrace, { recipe }: VsrRouter): Omit<ProbeCheck, "of"> {
  const unknown = new Set(unknownSignals);
  const byKey = new Map(signals.map(({ signal, match }) => [signal, match]));
  const named = [...wanted.expected, ...wanted.forbidden];
  const keys = [...new Set([...byKey.keys(), ...named])].filter((key) => !isWhole(key));
  const matchOf = (key: string): Holds => {
    const colon = key.indexOf(":");
    const type = key.slice(0, colon);
    const known = byKey.get(key);
    return known !== undefined ? known : unknown.has(`${type}:${signalNameOf(type, key.slice(colon + 1))}`) ? null : false;
  };
  const result = listHolds(wanted, keys.filter((key) => matchOf(key) === true), keys.filter((key) => matchOf(key) === null));
  const strangers = wanted.expected.filter((key) => !isDefined(key, recipe));
  return strangers.length > 0 ? { ...result, why: `recipe "${recipe.name}" has no ${strangers.join(", ")}` } : result;

  /** A complexity signal goes by its levels. */
  function isWhole(key: string): boolean {
    return key.startsWith("complexity:") && signalNameOf("complexity", key.slice("complexity:".length)) === key.slice("complexity:".length);
  }
}

function isDefined(key: string, { signals, mappings }: VsrRouter["recipe"]): boolean {
  const colon = key.indexOf(":");
  const [type, name] = [key.slice(0, colon), key.slice(colon + 1)];
  if (type === "projection") return mappings.some(({ outputs }) => outputs.some((output) => output.name === name));
  return Object.entries(LEAF_TYPES).some(([list, leaf]) => leaf === type && (signals[list] ?? []).some((spec) => [name, signalNameOf(type, name)].includes(leafNameOf(type, spec))));
}

/** @param open what may be there or not */
function listHolds({ expected, forbidden, exact }: Wanted, there: readonly string[], open: readonly string[]): Omit<ProbeCheck, "of"> {
  const missing = expected.filter((name) => !there.includes(name));
  const tooMuch = [...there, ...open].filter((name) => forbidden.includes(name) || (exact && !expected.includes(name)));
  const wrong = [...missing, ...tooMuch];
  const says = [...missing.map((name) => `${name} ${open.includes(name) ? "unknown" : "missing"}`), ...tooMuch.map((name) => `${name} ${open.includes(name) ? "perhaps" : "there"}`)];
  return {
    holds: wrong.length === 0 ? true : wrong.every((name) => open.includes(name)) ? null : false,
    expected: [...expected, ...forbidden.map((name) => `not ${name}`), ...(exact ? ["nothing else"] : [])].join(", "),
    got: says.join(", "),
    why: null,
  };
}
