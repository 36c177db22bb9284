import { quoted, right, wrong, type Grader } from "../grader.ts";
import { normalized } from "../normalize.ts";

/** The whole answer, apart from case, punctuation at the ends and white space. */
export const normalizedExact: Grader = {
  name: "normalized-exact",
  version: 1,
  reference: "needed",
  check: (reference) => (reference.trim() !== "" && normalized(reference) === "" ? "is punctuation only: use the grader exact" : null),
  grade(text, { reference }) {
    const answer = normalized(text);
    return answer === normalized(reference ?? "") ? right : wrong(`it is ${quoted(answer)}`);
  },
};
