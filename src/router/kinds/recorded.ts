import { WrpError } from "../../model/errors.ts";
import { call } from "../policy.ts";
import type { Kind } from "../kind.ts";

/** The choice that a live router logged. */
export const recorded: Kind<"recorded"> = {
  build(_spec, _context, base) {
    return {
      ...base,
      description: "the choice that the live router logged",
      content: "recorded",
      decide({ prompt }) {
        if (prompt.chosen === null) throw new WrpError(`prompt ${prompt.id} has no logged choice`, { hint: "give one: chosen: MODEL" });
        return call(prompt.chosen, "logged by the live router");
      },
      replay: (columns) => ({ form: "choice", model: columns.chosen }),
    };
  },
};
