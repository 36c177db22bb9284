import { counted } from "../lib/counted.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import { withBehind, type FurtherOutcomes } from "../outcomes/remote-columns.ts";
import type { Policy } from "../router/index.ts";
import { withCached } from "./cache-answers.ts";
import type { ExplainedPolicy } from "./decide.ts";
import { deserving } from "./deserving.ts";
import { NO_CALL, nothingYet, type Batches, type Graders } from "./own-outcomes.ts";
import type { RunSettings } from "./parts.ts";
import { withPaths } from "./paths.ts";

/** What answers in place of one model, behind models and live routers: ways of several calls, policies' own texts, then what their caches answered. */
export async function withAnswers<P extends ExplainedPolicy>(columns: OutcomeColumns, policies: readonly Policy[], decided: readonly P[], batches: () => Batches, settings: RunSettings, lenient: boolean): ReturnType<typeof withTexts<P>> {
  const played = withPaths(columns, policies, decided, settings, lenient);
  const told = await withTexts(played.columns, policies, played.decided, batches, settings);
  const cached = await withCached(told.columns, told.decided, batches, settings);
  return { ...cached, warnings: [...told.warnings, ...cached.warnings] };
}

/**
 * Gives the texts that policies answer with themselves their places behind the models, a column a text. They cost nothing, since nothing is
 * called; how long they take is not known; they are graded where the prompt has a grader that needs neither a model nor a program, as a
 * model's answer would be.
 *
 * @param decided the policies' decisions, in their order
 * @param batches the prompts of the columns, in order; not read where no policy answers any
 */
async function withTexts<P extends ExplainedPolicy>(
  columns: OutcomeColumns,
  policies: readonly Policy[],
  decided: readonly P[],
  batches: () => Batches,
  settings: Graders,
): Promise<{ columns: OutcomeColumns; decided: readonly P[]; warnings: readonly string[] }> {
  const answered = decided.map((policy, k) => answeredBy(policy, policies[k]?.answers));
  const texts = [...new Set(answered.flatMap((own) => [...(own?.values() ?? [])]))];
  if (texts.length === 0) return { columns, decided, warnings: [] };
  const outcomes = new Map(texts.map((text) => [text, nothingYet(columns.n)]));
  for (const own of answered) for (const [i, text] of own ?? []) (outcomes.get(text) as FurtherOutcomes).costUsd[i] = 0;
  await grade(outcomes, columns, batches(), settings);
  const placeOf = new Map(texts.map((text, k) => [text, columns.quality.length + k]));
  const placed = decided.map((policy, k): P => {
    const own = answered[k];
    if (!own || policy.decisions.form !== "choice") return policy;
    return { ...policy, decisions: { ...policy.decisions, model: policy.decisions.model.map((m, i) => placeOf.get(own.get(i) ?? "") ?? m) } };
  });
  const warnings = decided.flatMap(({ name }, k) => {
    const own = answered[k];
    if (!own) return [];
    const graded = [...own].filter(([i, text]) => !Number.isNaN((outcomes.get(text) as FurtherOutcomes).quality[i] as number)).length;
    return [`policy "${name}": ${counted(own.size)} of ${counted(columns.n)} prompts are answered without a model, at no cost and a latency that is not known; ${graded === 0 ? "none" : counted(graded)} of them ${graded === 1 ? "has" : "have"} a grade`];
  });
  return { columns: withBehind(columns, [...outcomes.values()]), decided: placed, warnings };
}

/** The text of each prompt that the policy answers itself; null where there is none. */
function answeredBy({ decisions, rules }: ExplainedPolicy, answers: Policy["answers"]): ReadonlyMap<number, string> | null {
  if (!answers || answers.size === 0 || !rules || decisions.form !== "choice") return null;
  const texts = rules.rules.map((rule) => answers.get(rule));
  const own = new Map<number, string>();
  decisions.model.forEach((m, i) => {
    const text = m < 0 ? texts[rules.rule[i] as number] : undefined;
    if (text !== undefined) own.set(i, text);
  });
  return own.size === 0 ? null : own;
}

async function grade(outcomes: ReadonlyMap<string, FurtherOutcomes>, { deserved }: OutcomeColumns, batches: Batches, settings: Graders): Promise<void> {
  const { plainGrading } = await import("./plain-grading.ts"); // graders are large
  const gradeOf = plainGrading(settings);
  const worth = deserving(settings);
  let i = 0;
  for await (const prompts of batches)
    for (const prompt of prompts) {
      for (const [text, own] of outcomes) {
        if (Number.isNaN(own.costUsd[i] as number)) continue;
        const quality = await gradeOf(prompt, text);
        own.quality[i] = quality ?? NaN;
        const declined = deserved[i] === 0 ? null : worth.recorded(prompt, { ...NO_CALL, text, quality });
        if (declined !== null) own.declined[i] = declined ? 1 : 0;
      }
      i++;
    }
}
