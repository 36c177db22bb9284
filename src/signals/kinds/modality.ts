import * as z from "zod";
import { flagField, match, textField, textsField, type SignalKind } from "../kind.ts";
import { lower } from "../letters.ts";

const SETTINGS = z.looseObject({ enabled: flagField, method: textField, keywords: textsField, both_keywords: textsField });

/**
 * Whether a text wants text, an image or both (AR, DIFFUSION, BOTH), as upstream's classifier_modality.go decides by keywords that are anywhere in it.
 * The first rule of that name holds. Nothing does where the detector is off; its classifier, and the hybrid of both, stay unknown.
 */
export const modality: SignalKind = (specs) => {
  const { success, data } = SETTINGS.safeParse(specs[0]?.settings ?? {});
  // Whether an absent detector is off is upstream's default, which is not known here.
  const isOff = specs[0]?.settings?.["enabled"] === false;
  const rule = (name: string) => specs.find((spec) => lower(spec.name) === lower(name))?.name;
  const [keywords, both] = success ? [data.keywords.map(lower), data.both_keywords.map(lower)] : [[], []];
  const byKeyword = success && data.enabled && data.method === "keyword";
  return (view, findings) => {
    if (isOff) return;
    if (!byKeyword && !(success && data.enabled && view.window === "")) {
      for (const { name } of specs) findings.unknown.add(`modality:${name}`);
      return;
    }
    const text = lower(view.window);
    const has = (some: readonly string[]) => some.some((one) => text.includes(one));
    const found = rule(text === "" || !has(keywords) ? "AR" : has(both) ? "BOTH" : "DIFFUSION");
    if (found !== undefined) match(findings, "modality", found);
  };
};
