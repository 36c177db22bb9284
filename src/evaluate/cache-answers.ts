import { counted } from "../lib/counted.ts";
import type { OutcomeColumns } from "../model/columns.ts";
import type { Prompt } from "../model/prompt.ts";
import { withBehind, type FurtherOutcomes } from "../outcomes/remote-columns.ts";
import { answeredPrompt } from "./cached.ts";
import type { ExplainedPolicy } from "./decide.ts";
import { deserving } from "./deserving.ts";
import { NO_CALL, nothingYet, type Batches, type Graders } from "./own-outcomes.ts";

/** Where a prompt's answer comes from: the prompt that was answered, and the model's place. */
interface Source {
  readonly ordinal: number;
  readonly model: number;
}

/**
 * Gives what policies' caches answered its places behind all others, a column a policy. It costs nothing and its latency is not known. The
 * same prompt asked for the same is worth what the earlier answer is; another is graded where its grader needs neither a model nor a program
 * and the earlier answer's text is known.
 *
 * @param decided the policies' decisions, over these columns
 * @param batches the prompts of the columns, in order; not read where no cache answered any
 */
export async function withCached<P extends ExplainedPolicy>(
  columns: OutcomeColumns,
  decided: readonly P[],
  batches: () => Batches,
  settings: Graders,
): Promise<{ columns: OutcomeColumns; decided: readonly P[]; warnings: readonly string[] }> {
  const found = decided.map(sourcesOf);
  const caching = found.flatMap((sources) => (sources ? [{ sources, outcomes: nothingYet(columns.n) }] : []));
  if (caching.length === 0) return { columns, decided, warnings: [] };
  await grade(caching, columns, batches(), settings);
  const first = columns.quality.length;
  const warnings: string[] = [];
  let next = 0;
  const placed = decided.map((policy, k): P => {
    const own = found[k] && caching[next];
    if (!own || policy.decisions.form !== "choice") return policy;
    const place = first + next++;
    warnings.push(`policy "${policy.name}": ${inWords(own, columns)}`);
    return { ...policy, decisions: { ...policy.decisions, model: policy.decisions.model.map((m, i) => (own.sources.has(i) ? place : m)) } };
  });
  return { columns: { ...withBehind(columns, caching.map(({ outcomes }) => outcomes)), cached: caching.length }, decided: placed, warnings };
}

/** Null where none of a policy's prompts was answered so. */
function sourcesOf({ decisions, rules }: ExplainedPolicy): ReadonlyMap<number, Source> | null {
  if (!rules || decisions.form !== "choice") return null;
  const prompts = rules.rules.map(answeredPrompt);
  const sources = new Map<number, Source>();
  decisions.model.forEach((m, i) => {
    const ordinal = m < 0 ? (prompts[rules.rule[i] as number] ?? null) : null;
    const model = ordinal === null || ordinal >= i ? -1 : (decisions.model[ordinal] as number);
    if (ordinal !== null && model >= 0) sources.set(i, { ordinal, model });
  });
  return sources.size === 0 ? null : sources;
}

type Caching = { readonly sources: ReadonlyMap<number, Source>; readonly outcomes: FurtherOutcomes };

async function grade(caching: readonly Caching[], columns: OutcomeColumns, batches: Batches, settings: Graders): Promise<void> {
  const { plainGrading } = await import("./plain-grading.ts"); // graders are large
  const gradeOf = plainGrading(settings);
  const worth = deserving(settings);
  const answered = new Set(caching.flatMap(({ sources }) => [...sources.values()].map(({ ordinal }) => ordinal)));
  const earlier = new Map<number, Prompt>();
  let i = 0;
  for await (const prompts of batches)
    for (const prompt of prompts) {
      if (answered.has(i)) earlier.set(i, prompt);
      for (const { sources, outcomes } of caching) {
        const source = sources.get(i);
        const then = source && earlier.get(source.ordinal);
        if (!then) continue;
        outcomes.costUsd[i] = 0;
        const text = then.outcomes.find(({ model }) => model === columns.models[source.model])?.text ?? null;
        const same = then.hash === prompt.hash && then.reference === prompt.reference && then.grader === prompt.grader;
        const quality = same ? (columns.quality[source.model]?.[source.ordinal] as number) : text === null ? NaN : ((await gradeOf(prompt, text)) ?? NaN);
        outcomes.quality[i] = quality;
        if (columns.deserved[i] === 0) continue;
        const declined = same && columns.deserved[i] === columns.deserved[source.ordinal] ? (columns.declined[source.model]?.[source.ordinal] ?? NaN) : NaN;
        const told = Number.isNaN(declined) && text !== null ? worth.recorded(prompt, { ...NO_CALL, text, quality: Number.isNaN(quality) ? null : quality }) : null;
        outcomes.declined[i] = told === null ? declined : told ? 1 : 0;
      }
      i++;
    }
}

/** What the cache was worth: each prompt it answered would have gone to the model whose answer it gives, since each model's are kept apart. */
function inWords({ sources, outcomes }: Caching, { n, costUsd }: OutcomeColumns): string {
  const saved = [...sources].map(([i, { model }]) => costUsd[model]?.[i] as number);
  const known = saved.filter((cost) => !Number.isNaN(cost));
  const graded = [...sources.keys()].filter((i) => !Number.isNaN(outcomes.quality[i] as number)).length;
  const worth = known.length === 0 ? "what they would have cost is not known" : `asked, ${known.length === saved.length ? "they" : `${counted(known.length)} of them, whose cost is known,`} would have added $${Number(((1000 * known.reduce((sum, cost) => sum + cost, 0)) / n).toPrecision(4))} to each 1,000 prompts`;
  return `${counted(sources.size)} of ${counted(n)} prompts are answered by the cache, at no cost and a latency that is not known; ${graded === 0 ? "none" : counted(graded)} of them ${graded === 1 ? "has" : "have"} a grade; ${worth}`;
}
