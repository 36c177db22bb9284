import { kept, quoted, right, ungraded, wrong, type Grader } from "../grader.ts";
import { jsonIn, readJson, type JsonValue } from "../json-value.ts";

/**
 * The answer's JSON equals the reference: the order of keys does not matter, that of items does; numbers are compared by value; an object
 * that states a key twice equals nothing. A fence or prose around it is looked past (see `jsonIn`). Without a reference: it is JSON at all.
 */
export const json: Grader = {
  name: "json",
  version: 1,
  reference: "optional",
  check(reference) {
    const wanted = read(reference);
    return wanted instanceof Error ? `is no JSON: ${wanted.message}` : null;
  },
  grade(text, { reference }) {
    const found = jsonIn(text);
    if (found === null) return wrong("it holds no JSON");
    if (found instanceof Error) return wrong(found.message);
    if (reference === null) return right;
    const wanted = read(reference);
    if (wanted instanceof Error) return ungraded(`its reference is no JSON: ${wanted.message}`);
    return found.canonical === wanted.canonical ? right : wrong(`it is ${quoted(JSON.stringify(found.value))}`);
  },
};

const read = kept((reference): JsonValue | Error => {
  try {
    return readJson(reference);
  } catch (error) {
    return error as Error;
  }
});
