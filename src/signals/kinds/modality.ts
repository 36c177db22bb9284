import * as z from "zod";
import { yamlFlag } from "../../lib/yaml-flag.ts";
import { flagField, match, numberField, textField, textsField, type Findings, type SignalKind, type SignalSpec } from "../kind.ts";
import { lower } from "../letters.ts";

const SETTINGS = z.looseObject({ enabled: flagField, method: textField, keywords: textsField, both_keywords: textsField, confidence_threshold: numberField, lower_threshold_ratio: numberField });

export type Modality = "AR" | "DIFFUSION" | "BOTH";

/** What a config says of its detector; null where nothing of it can be read. */
export function modalitySettings(specs: readonly SignalSpec[]): z.infer<typeof SETTINGS> | null {
  return SETTINGS.safeParse(specs[0]?.settings ?? {}).data ?? null;
}

/** What a text wants by keywords that are anywhere in it (classifier_modality.go). */
export function byKeywords(text: string, { keywords, both_keywords: both }: Pick<z.infer<typeof SETTINGS>, "keywords" | "both_keywords">): Modality {
  const lowered = lower(text);
  const has = (some: readonly string[]) => some.some((one) => lowered.includes(lower(one)));
  return text === "" || !has(keywords) ? "AR" : has(both) ? "BOTH" : "DIFFUSION";
}

/** The first rule of the modality's name holds. */
export function matchModality(modality: string, specs: readonly SignalSpec[], findings: Findings): void {
  const found = specs.find(({ name }) => lower(name) === lower(modality));
  if (found) match(findings, "modality", found.name);
}

/** Whether a text wants text, an image or both (AR, DIFFUSION, BOTH), by keywords. Nothing matches where the detector is off; its classifier, and the hybrid of both, take a model. */
export const modality: SignalKind = (specs) => {
  const settings = modalitySettings(specs);
  // Whether an absent detector is off is upstream's default, which is not known here.
  const isOff = yamlFlag(specs[0]?.settings?.["enabled"]) === false;
  return ({ window }, findings) => {
    if (isOff) return;
    if (settings?.enabled && (settings.method === "keyword" || window === "")) matchModality(byKeywords(window, settings), specs, findings);
    else for (const { name } of specs) findings.unknown.add(`modality:${name}`);
  };
};
