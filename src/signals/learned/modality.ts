import type { LearnedKind } from "../kind.ts";
import { byKeywords, matchModality, modalitySettings } from "../kinds/modality.ts";
import { lower } from "../letters.ts";
import { byLabels, likeliest } from "./labels.ts";

/**
 * What a text wants by a classifier of modalities, or by the hybrid of it and keywords (classifier_modality.go): the classifier where it is
 * sure enough (`confidence_threshold`, 0.6 unless set) or agrees with the keywords, or reaches `lower_threshold_ratio` (0.7) of that; else
 * the keywords.
 */
export const modality: LearnedKind = (specs, tell, models) => {
  const settings = modalitySettings(specs);
  if (!settings?.enabled || settings.method === "keyword") return null;
  const threshold = settings.confidence_threshold || 0.6;
  return byLabels("modality", () => ({
    means: (label) => ["ar", "diffusion", "both"].includes(lower(label)),
    text: ({ window }) => window,
    find(probabilities, labels, findings, text) {
      const { index, probability } = likeliest(probabilities);
      const label = labels[index] ?? "";
      const words = byKeywords(text, settings);
      const trusted = settings.method === "classifier" || probability >= threshold * (settings.lower_threshold_ratio || 0.7) || lower(label) === lower(words);
      matchModality(trusted ? label : words, specs, findings);
    },
  }))(specs, tell, models);
};
