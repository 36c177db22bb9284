import { SAMPLE_FAILED, type ModelSamples, type OutcomeColumns } from "../model/columns.ts";

/**
 * The columns as calls find them, each of which gets one answer: where models were asked several times, one world a sample, in which a model
 * that was asked once answers alike. Worlds are equally likely; samples of one model are independent of another's given the prompt, so it
 * does not matter which of them meet. All of a model's samples stay there, for whoever asks for all.
 */
export function worldsOf(columns: OutcomeColumns): readonly OutcomeColumns[] {
  const { n, samples } = columns;
  if (!samples) return [columns];
  return Array.from({ length: samples.perPrompt }, (_, sample) => {
    const of = <T>(tables: readonly T[], pick: (own: ModelSamples, at: number) => number, make: (length: number, value: (_: unknown, i: number) => number) => T): readonly T[] =>
      tables.map((table, m) => {
        const own = samples.models[m];
        return own ? make(n, (__, i) => pick(own, i * samples.perPrompt + sample)) : table;
      });
    const figures = (tables: readonly Float64Array[], figure: "quality" | "costUsd" | "latencyMs" | "ttftMs") => of(tables, (own, at) => own[figure][at] as number, (length, value) => Float64Array.from({ length }, value));
    return {
      ...columns,
      quality: figures(columns.quality, "quality"),
      costUsd: figures(columns.costUsd, "costUsd"),
      latencyMs: figures(columns.latencyMs, "latencyMs"),
      ttftMs: figures(columns.ttftMs, "ttftMs"),
      failed: of(columns.failed, (own, at) => (own.state[at] === SAMPLE_FAILED ? 1 : 0), (length, value) => Uint8Array.from({ length }, value)),
    };
  });
}
