import { BASELINE_FIGURES, type BaselineFigure } from "../model/baseline.ts";
import { isAnswered, isDecided, type Decisions, type OutcomeColumns } from "../model/columns.ts";
import { giverAt } from "../model/path.ts";
import { attackAnswered, attackReached, callFailed, eachChoice, falselyRefused, leaked, overRead, withinSlo, type Event } from "./events.ts";
import { asChosen } from "./remote.ts";
import type { MissingRule, ModelInfo, Slo } from "./input.ts";

/** What one policy got on every prompt read; NaN is a gap. */
export type PromptFigures = Readonly<Record<BaselineFigure, Float64Array>>;

/** Figures are kept, and compared with kept ones, to this many significant digits. */
const DIGITS = 6;

/**
 * The figures of every prompt read that a baseline keeps, to the digits that it keeps: what a policy's gates rest on. A mixture's are
 * expectations, its model a gap.
 */
export function promptFigures(
  decisions: Decisions,
  columns: OutcomeColumns,
  { models, slo, missing }: { readonly models: readonly ModelInfo[]; readonly slo: Slo | null; readonly missing: MissingRule },
): PromptFigures {
  const { n, quality, failed, costUsd, latencyMs, ttftMs } = columns;
  const refused = missing === "failure-is-refusal";
  const chosen = asChosen(decisions);
  const event = (one: Event | null, of = decisions) => (one ? overRead(of, n, one).map(rounded) : gaps(n));
  return {
    m: chosen.form === "choice" ? Float64Array.from(chosen.model, (m) => (m < 0 ? NaN : isAnswered(columns, m) ? -1 : giverAt(columns, m))) : gaps(n),
    q: expected(decisions, n, (m, i) => (refused && (failed[m] as Uint8Array)[i] === 1 ? 0 : ((quality[m] as Float64Array)[i] as number))),
    c: expected(decisions, n, (m, i) => (costUsd[m] as Float64Array)[i] as number),
    l: expected(decisions, n, (m, i) => latencyMs[m]?.[i] ?? NaN),
    t: expected(decisions, n, (m, i) => ttftMs[m]?.[i] ?? NaN),
    e: event(callFailed(columns)),
    g: event(slo && withinSlo(columns, slo)),
    x: event(leaked(columns, models), chosen),
    a: event(attackReached(columns, models), chosen),
    b: event(attackAnswered(columns)),
    r: event(falselyRefused(columns)),
  };
}

function rounded(value: number): number {
  return Number.isNaN(value) ? value : Number(value.toPrecision(DIGITS));
}

/**
 * True where the one policy is the other, as far as anyone can see: they choose the same models, have the same gaps in the figure asked
 * for, and the same figures wherever both are known.
 */
export function sameFigures(a: PromptFigures, b: PromptFigures, asked: BaselineFigure): boolean {
  return BASELINE_FIGURES.every((figure) =>
    a[figure].every((value, i) => {
      const other = b[figure][i] as number;
      const [gap, otherGap] = [Number.isNaN(value), Number.isNaN(other)];
      return value === other || (figure === asked || figure === "m" ? gap && otherGap : gap || otherGap);
    }),
  );
}

function gaps(n: number): Float64Array {
  return new Float64Array(n).fill(NaN);
}

/** A choice's value; a mixture's expectation, a gap where any model that it may call there has one. */
function expected(decisions: Decisions, n: number, value: (model: number, prompt: number) => number): Float64Array {
  if (decisions.form === "choice") return Float64Array.from(decisions.model, (m, i) => (m < 0 ? NaN : rounded(value(m, i))));
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = isDecided(decisions, i) ? 0 : NaN;
    eachChoice(decisions, i, (m, w) => void (sum += w * value(m, i)));
    return rounded(sum);
  });
}
