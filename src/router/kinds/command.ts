import { shellWords } from "../../lib/shell-words.ts";
import { WrpError } from "../../model/errors.ts";
import { openCommand } from "../command/session.ts";
import type { Kind } from "../kind.ts";

/** A router in any language: a child process that answers in JSON lines (`wrp help command` has the protocol). */
export const command: Kind<"command"> = {
  build(spec, context, base) {
    const words = typeof spec.command === "string" ? shellWords(spec.command) : spec.command;
    if (!words[0]) throw new WrpError(`policy "${base.name}" names no program`, { hint: "command: [python3, router.py]" });
    const env = Object.fromEntries(Object.entries(spec.env ?? {}).map(([name, value]) => [name, String(value)]));
    // What it is told of the models is, like its prompts, what it decides by.
    const models = context.models.map(({ name, quality, costUsdPer1k }) => ({
      name,
      ...(Number.isNaN(quality) ? {} : { qualityMean: quality }),
      ...(Number.isNaN(costUsdPer1k) ? {} : { costUsdPer1k }),
    }));
    return {
      ...base,
      description: `decided by the command ${words.join(" ")}${spec.version === undefined ? "" : `, version ${spec.version}`}`,
      content: { command: words, cwd: spec.cwd, env, version: spec.version, told: models },
      volatile: spec.version === undefined,
      open: (host) => openCommand({ ...spec, words, env, models, name: base.name }, host, spec),
    };
  },
};
