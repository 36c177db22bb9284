import type { Confidence } from "../../../model/answer.ts";
import type { OutcomeColumns } from "../../../model/columns.ts";
import type { Walk } from "../../loops/walk.ts";
import { answerConfidence, cascadeOf, type Cascade } from "./confidence.ts";
import type { VsrAlgorithm } from "../shape.ts";
import type { Candidate } from "./algorithm.ts";

type Settings = Partial<NonNullable<VsrAlgorithm["confidence"]>>;

/**
 * Upstream's cascade over recorded confidences (pkg/looper/confidence.go): every answer is looked at, also the last one's; where none is
 * kept, the last one is given. What a verifier asks is paid, and nobody recorded how much, so cost and latency are then not known.
 *
 * @param inPool a model's name in the run
 * @returns null where it reads other tokens than those that confidences are recorded of
 */
export function confidenceWalk(candidates: readonly Candidate[], settings: Settings, inPool: (model: string) => string): Walk | null {
  const { order, method, threshold, keeps } = cascadeOf(candidates, settings);
  if (settings.token_filter && settings.token_filter !== "all") return null;
  const verifies = method === "self_verify" || method === "automix_entailment";
  const confidence = confidenceBy(method, settings);
  return {
    models: order.map(({ name }) => inPool(name)),
    keeps: (columns, m) => (i) => {
      if (keeps === "none") return 0;
      const value = confidence(recordedOf(columns, m, i));
      return Number.isNaN(value) ? NaN : value >= threshold ? 1 : 0;
    },
    looks: "all",
    onError: settings.on_error === "fail" ? "fail" : "next",
    check: verifies ? { costUsd: NaN, latencyMs: NaN } : { costUsd: 0, latencyMs: 0 },
    needs: "the confidence in an answer",
  };
}

/** From what is recorded of an answer; NaN where that is not all it takes. */
function confidenceBy(method: Cascade["method"], settings: Settings): (recorded: Required<Confidence>) => number {
  if (method === "self_verify" || method === "automix_entailment") return ({ verified }) => verified;
  return ({ logprob, margin }) => (Number.isNaN(method === "margin" ? margin : method === "hybrid" ? logprob + margin : logprob) ? NaN : answerConfidence({ averageLogprob: logprob, averageMargin: margin }, settings));
}

function recordedOf({ measures }: OutcomeColumns, m: number, i: number): Required<Confidence> {
  const of = (kind: keyof Confidence) => measures?.get(kind)?.[m]?.[i] ?? NaN;
  return { logprob: of("logprob"), margin: of("margin"), verified: of("verified") };
}
