import type { VsrTrace } from "../router/index.ts";

type Rule = NonNullable<VsrTrace["decisions"][number]["rules"]>;

/** A trace as indented lines: what signals say, each decision with its rules, what decided between those that match. */
export function traceInWords({ recipe, determined, possible, signalErrors, signals, scores, decisions, tieBreak, outcome }: VsrTrace): string[] {
  const lines = [`  recipe   ${recipe}`];
  if (!determined) lines.push(`  possible ${possible.map((name) => name ?? "no decision, so the default model").join(", ")}${possible.length > 1 ? " (perhaps others too)" : ""}`);
  const measured = Map.groupBy(signals.filter(isPart), ({ signal }) => baseOf(signal));
  for (const one of signals) {
    const { signal, match, confidence, value } = one;
    const own = measured.get(signal) ?? (isPart(one) ? undefined : measured.get(baseOf(signal)));
    if (isPart(one) && signals.some((other) => !isPart(other) && (other.signal === baseOf(signal) || baseOf(other.signal) === baseOf(signal)))) continue;
    const parts = (own ?? []).map((part) => `${part.signal.slice(baseOf(part.signal).length + 1).replaceAll("_", " ")} ${number(part.value)}`);
    const facts = [...(confidence === null || match === false ? [] : [`confidence ${number(confidence)}`]), ...(value === null ? [] : [`value ${number(value)}`]), ...parts];
    lines.push(`  signal   ${truth(match)} ${signal}${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`);
  }
  if (signalErrors.length > 0) lines.push(`  failed   ${signalErrors.join(", ")}`);
  for (const [name, score] of Object.entries(scores)) lines.push(`  score    ${name} = ${number(score)}`);
  for (const { name, tier, priority, match, confidence, rules } of decisions) {
    lines.push(`  decision ${truth(match)} ${name} (tier ${tier}, priority ${priority}${confidence === null ? "" : `, confidence ${number(confidence)}`})`);
    lines.push(...(rules ? ruleLines(rules, 13) : ["             no rules: always"]));
  }
  if (tieBreak) lines.push(`  won      by ${tieBreak.key} over ${tieBreak.over} (order: ${tieBreak.order})`);
  if (outcome) {
    const { selection, open, answer, plugins, notes } = outcome;
    if (selection) lines.push(`  chosen   by ${selection.algorithm}: ${selection.why}`);
    if (open) lines.push(`  open     by ${open.algorithm}, among ${open.models.join(", ")}: ${open.why}`);
    if (answer !== null) lines.push(`  answer   ${answer}`);
    if (plugins.length > 0) lines.push(`  plugins  ${plugins.join(", ")}`);
    for (const note of notes) lines.push(`  note     ${note}`);
  }
  return lines;
}

type Signal = VsrTrace["signals"][number];

/** What was measured of a signal beside its value, under `type:name:part`. */
function isPart({ signal, match, confidence, value }: Signal): boolean {
  return match === false && confidence === null && value !== null && signal.split(":").length > 2;
}

function baseOf(signal: string): string {
  return signal.slice(0, signal.lastIndexOf(":"));
}

function ruleLines({ rule, match, confidence, conditions = [] }: Rule, indent: number): string[] {
  return [`${" ".repeat(indent)}${truth(match)} ${rule}${confidence === null ? "" : ` ${number(confidence)}`}`, ...conditions.flatMap((condition) => ruleLines(condition, indent + 2))];
}

function truth(match: boolean | null): string {
  return match === null ? "unknown" : String(match);
}

function number(value: number | readonly [number, number] | null): string {
  if (value === null) return "anything";
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  return `${number(value[0])} to ${number(value[1])}`;
}
