import { counted } from "../../../lib/counted.ts";
import type { SignalReadings } from "../../../model/signal.ts";
import { LEAF_TYPES, leafNameOf } from "../../../router/vsr/signal-kinds.ts";
import type { VsrRouter } from "../../../router/vsr/router.ts";
import { wilson } from "../../../stats/proportions.ts";
import { namesInWords } from "./fields.ts";
import type { LintRule, Say } from "./finding.ts";

/** What a config does with the prompts of a workload. */
export const EVIDENCE: Readonly<Record<string, LintRule>> = {
  "dead-by-evidence": { severity: "warning", summary: "with data: a decision that matches no prompt of the workload" },
  "never-wins": { severity: "warning", summary: "with data: a decision that matches prompts of the workload, and loses each of them to others" },
  "silent-signal": { severity: "note", summary: "with data: a signal that fires on no prompt of the workload" },
  "fire-together": { severity: "warning", summary: "with data: two members of one partition that fire on the same prompts" },
  "surrogate-evidence": { severity: "note", summary: "with data: signals that wrp's own models read in place of the router's (--surrogate)" },
  "unknown-by-evidence": { severity: "note", summary: "with data: prompts whose decision hangs on signals that no model is given for" },
};

/** A share of prompts is below 3 / n with 95 % confidence where none of n showed it (Hanley & Lippman-Hand 1983). */
const RULE_OF_THREE = 3;

interface DecisionTally {
  chosen: number;
  matched: number;
  /** Prompts on which it may have been chosen, and nobody knows. */
  open: number;
  readonly lostTo: Map<string, number>;
}

/** What was seen of a workload's prompts. */
export interface Evidence {
  see(readings: SignalReadings): void;
  say(say: Say): void;
}

/** Counts what a recipe does with prompts, one by one. */
export function gatherEvidence(router: VsrRouter, surrogates: readonly string[] = []): Evidence {
  const { recipe } = router;
  const tallies = new Map(recipe.decisions.map(({ name }) => [name, { chosen: 0, matched: 0, open: 0, lostTo: new Map<string, number>() } satisfies DecisionTally]));
  const fired = new Map<string, number>();
  const unknown = new Map<string, number>();
  const pairs = recipe.partitions.flatMap(({ members }, at) => members.flatMap((a, j) => members.slice(j + 1).map((b) => ({ at, a, b, both: 0, known: 0 }))));
  const embeddings = new Set((recipe.signals["embeddings"] ?? []).map(({ name }) => name));
  const keyOf = (member: string) => `${embeddings.has(member) ? "embedding" : "domain"}:${member}`;
  let prompts = 0;
  let undetermined = 0;
  return {
    see(readings) {
      prompts++;
      const matched = new Set([...readings.matched].flatMap(([type, names]) => names.map((name) => `${type}:${name}`)));
      for (const key of matched) count(fired, key);
      for (const key of readings.unknown) count(unknown, key);
      for (const pair of pairs) {
        const [a, b] = [keyOf(pair.a), keyOf(pair.b)];
        if (readings.unknown.has(a) || readings.unknown.has(b)) continue;
        pair.known++;
        if (matched.has(a) && matched.has(b)) pair.both++;
      }
      const { determined, outcome, decisions } = router.trace(readings);
      if (!determined) undetermined++;
      const winner = outcome?.decision ?? null;
      for (const { name, match } of decisions) {
        const tally = tallies.get(name) as DecisionTally;
        if (match === true) tally.matched++;
        if (!determined && match !== false) tally.open++;
        if (determined && winner === name) tally.chosen++;
        else if (determined && match === true && winner !== null) count(tally.lostTo, winner);
      }
    },
    say(say) {
      if (prompts === 0) return;
      const bound = `${percent(RULE_OF_THREE / prompts)} of prompts like these (95 % confidence)`;
      if (surrogates.length > 0) say("surrogate-evidence", recipe.path, `${surrogates.join(", ")} read by wrp's own models, not by the router's: what is said of these prompts may be otherwise there`, "give models of your own: embedder and classifiers in wrp.yaml");
      if (undetermined > 0) say("unknown-by-evidence", recipe.path, `${counted(undetermined)} of ${counted(prompts)} prompts have a decision that hangs on signals that nobody computed: ${namesInWords([...unknown.keys()])}`, "of decisions that may be chosen there nothing is said");
      for (const [k, { name }] of recipe.decisions.entries()) {
        const { chosen, matched, open, lostTo } = tallies.get(name) as DecisionTally;
        const at = [...recipe.path, "decisions", k, "name"];
        if (chosen > 0 || open > 0) continue;
        if (matched === 0) say("dead-by-evidence", at, `decision "${name}" matches none of ${counted(prompts)} prompts: at most ${bound}`, "the workload may lack what it is for");
        else say("never-wins", at, `decision "${name}" matches ${counted(matched)} of ${counted(prompts)} prompts and is never chosen: ${[...lostTo].toSorted((a, b) => b[1] - a[1]).slice(0, 3).map(([rival, n]) => `${counted(n)} go to "${rival}"`).join(", ")}`, "put it before them if it is to win");
      }
      for (const [list, specs] of Object.entries(recipe.signals))
        for (const [k, spec] of specs.entries()) {
          const key = `${LEAF_TYPES[list] ?? list}:${leafNameOf(LEAF_TYPES[list] ?? list, spec)}`;
          const read = router.signals.get(LEAF_TYPES[list] ?? "")?.some(({ name }) => name === spec.name) ?? false;
          const fires = fired.has(key) || [...fired.keys()].some((one) => one.startsWith(`${key}:`));
          const open = unknown.has(key) || [...unknown.keys()].some((one) => one.startsWith(`${key}:`));
          if (read && !fires && !open) say("silent-signal", [...recipe.path, "signals", list, k, "name"], `${key.replace(":", ' "')}" fires on none of ${counted(prompts)} prompts: at most ${bound}`, null);
        }
      for (const { at, a, b, both, known } of pairs) {
        const interval = both > 0 ? wilson(both / known, known) : null;
        if (interval) say("fire-together", [...recipe.path, "projections", "partitions", at, "name"], `"${a}" and "${b}" of partition "${recipe.partitions[at]?.name}" fire together on ${percent(both / known)} of prompts [${percent(interval[0])}, ${percent(interval[1])}] (${counted(both)} of ${counted(known)}): the more confident one wins`, "part their candidates or categories, if that is not meant");
      }
    },
  };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function percent(share: number): string {
  return `${Number((100 * Math.min(1, share)).toPrecision(2))} %`;
}
