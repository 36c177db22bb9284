import * as z from "zod";
import { match, numberField } from "../kind.ts";
import { byLabels } from "./labels.ts";

const isNeeded = (label: string) => /fact_check/i.test(label) && !/^no_/i.test(label);
const SETTINGS = z.looseObject({ threshold: numberField });

/** Whether an answer should be checked against facts: where the classifier's label for that reaches the threshold (0.6 unless set). */
export const factCheck = byLabels("fact_check", (specs) => {
  const threshold = SETTINGS.parse(specs[0]?.settings ?? {}).threshold ?? 0.6;
  return {
    means: isNeeded,
    text: ({ window }) => window,
    find(probabilities, labels, findings) {
      const needed = labels.findIndex(isNeeded);
      const name = (probabilities[needed] ?? 0) >= threshold ? "needs_fact_check" : "no_fact_check_needed";
      if (specs.some((spec) => spec.name === name)) match(findings, "fact_check", name);
    },
  };
});
