import { match } from "../kind.ts";
import { lower } from "../letters.ts";
import { byLabels, likeliest } from "./labels.ts";

const NAMES = ["satisfied", "need_clarification", "wrong_answer", "want_different"];

/** What the user says of the answer before: satisfied, need_clarification, wrong_answer or want_different; nothing where there is none. */
export const userFeedback = byLabels("user_feedback", (specs) => ({
  means: (label) => NAMES.includes(lower(label)),
  text: ({ window, conversation }) => (conversation.assistant > 0 ? window : null),
  find(probabilities, labels, findings) {
    const label = lower(labels[likeliest(probabilities).index] ?? "");
    if (specs.some(({ name }) => name === label)) match(findings, "user_feedback", label);
  },
}));
