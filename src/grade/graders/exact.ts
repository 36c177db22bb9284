import { quoted, right, wrong, type Grader } from "../grader.ts";
import { trimmed } from "../normalize.ts";

/** The whole answer, but for white space around it, line ends and canonically equal Unicode. */
export const exact: Grader = {
  name: "exact",
  version: 1,
  reference: "needed",
  check: () => null,
  grade(text, { reference }) {
    const answer = trimmed(text);
    return answer === trimmed(reference ?? "") ? right : wrong(`it is ${quoted(answer)}`);
  },
};
