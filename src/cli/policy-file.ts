import type { PolicySpec } from "../model/config.ts";
import type { Place } from "../model/errors.ts";
import { withCard } from "./artefact-file.ts";
import { withOnnxHash } from "./onnx-router-file.ts";
import { withVsrText } from "./vsr-file.ts";

/**
 * The policy with what is needed of the file that it names, where it names one. Throws WrpError where that cannot be used.
 *
 * @param folder what the file is relative to
 * @param placeAt where what a path leads to in the policy stands
 */
export function withPolicyFile<S extends PolicySpec>(spec: S, folder: string, placeAt?: (path: readonly PropertyKey[]) => Place): S {
  if (spec.kind === "onnx") return withOnnxHash(spec, folder, placeAt?.(["model"])) as S;
  return spec.kind === "trained" ? (withCard(spec, folder, placeAt?.(["artefact"])) as S) : withVsrText(spec, folder, placeAt);
}
