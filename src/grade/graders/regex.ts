import { RE2JS } from "re2js";
import { kept, right, ungraded, wrong, type Grader } from "../grader.ts";

/**
 * The pattern is found in the answer. RE2 syntax, which takes time linear in the answer: no look-around and no back-references.
 */
export const regex: Grader = {
  name: "regex",
  version: 1,
  reference: "needed",
  check(reference) {
    if (reference === "") return "is empty, and found in every answer";
    const pattern = compiled(reference);
    return typeof pattern === "string" ? `is no RE2 pattern: ${pattern}` : null;
  },
  grade(text, { reference }) {
    const pattern = compiled(reference ?? "");
    if (typeof pattern === "string") return ungraded(`its reference is no RE2 pattern: ${pattern}`);
    return pattern.test(text.replaceAll(/\r\n?/g, "\n")) ? right : wrong("the pattern is not found in it");
  },
};

/** The pattern, or why there is none. */
const compiled = kept((source): RE2JS | string => {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    return (error as Error).message.replace(/^error parsing regexp: /, "");
  }
});
