import { learnedKinds } from "../../src/model/learned-specs.ts";
import { learnedKindContract } from "../contract/learned-kind.ts";

/** Kinds that are told no more than their name. */
const specs = learnedKinds().map((kind) => ({ kind }));

learnedKindContract({ kind: "knn", k: "auto" }, []);
learnedKindContract({ kind: "logistic", decay: "auto" }, []);
for (const spec of specs) learnedKindContract(spec, specs.filter((other) => other !== spec));
