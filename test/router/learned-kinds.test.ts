import { policyKinds } from "../../src/model/config.ts";
import { isFittedHere } from "../../src/model/learned-specs.ts";
import { learnedKindContract } from "../contract/learned-kind.ts";

/** Kinds that are told no more than their name. */
const specs = policyKinds().filter((kind) => isFittedHere({ kind })).map((kind) => ({ kind }));

learnedKindContract({ kind: "knn", k: "auto" }, []);
learnedKindContract({ kind: "logistic", decay: "auto" }, []);
for (const spec of specs) learnedKindContract(spec, specs.filter((other) => other !== spec));
