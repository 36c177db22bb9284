import { learnedSpecs, onnxSpec } from "../model/learned-specs.ts";
import { kindInWords } from "./kind-in-words.ts";

/** What `wrp help learned` prints: the kinds of policy that are fitted on outcomes, with their settings. */
export function learnedTopic(): string {
  return `Learned policies: fitted on the outcomes of other prompts than they decide, on this machine

  wrp eval DATA --policy knn --cv 5                    fitted in folds, each prompt decided by what was fitted on the others
  wrp eval DATA --policy knn --split test              fitted on the training part
  wrp eval DATA --policy knn --shots new=20            as if only 20 outcomes of the model "new" were known to it
  wrp train 'knn(k=31)' DATA --split train -o FILE     fitted once, kept in a file (safetensors, with its card)
  wrp eval DATA --split test --policy knn:FILE         judged on what it was not trained on; else refused, unless --allow-seen
  wrp route "…" --policy 'knn:FILE(lambda=20)'         a new prompt, with what is expected of each model
  wrp eval DATA --policy 'onnx:FILE(models=[a, b])'    scores of an ONNX model of your own, made elsewhere; wrp route too

No duplicate, and no session, is on both sides. They read vectors of the prompts' texts, by the built-in embedder or the one of
wrp.yaml (embedder:); a file is good with the embedder that it was trained with. Models that it was not trained on are never
chosen; those that are no longer there are left out of the choice.

Kinds, with their settings and defaults
${[...learnedSpecs, onnxSpec].map(kindInWords).join("")}`;
}
