import type { Migration } from "kysely/migration";
import { outcomes } from "./0001-outcomes.ts";
import { runs } from "./0002-runs.ts";
import { tries } from "./0003-tries.ts";
import { looseTries } from "./0004-loose-tries.ts";
import { modelOutputs } from "./0005-model-outputs.ts";
import { requests } from "./0006-requests.ts";
import { confidences } from "./0007-confidences.ts";
import { expectations } from "./0008-expectations.ts";
import { heldOutLooks } from "./0009-held-out-looks.ts";

/**
 * Every change of the schema, by the name that the store records it under. They run in the order of their names.
 * A released migration is never edited: a change is a new file with the next number.
 */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001-outcomes": outcomes,
  "0002-runs": runs,
  "0003-tries": tries,
  "0004-loose-tries": looseTries,
  "0005-model-outputs": modelOutputs,
  "0006-requests": requests,
  "0007-confidences": confidences,
  "0008-expectations": expectations,
  "0009-held-out-looks": heldOutLooks,
};
