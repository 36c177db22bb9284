import { commandGrader, type CommandGrader } from "../grade/graders/command.ts";
import { graderName, graderNames } from "../grade/index.ts";
import { shellWords } from "../lib/shell-words.ts";
import { WrpError } from "../model/errors.ts";
import { at } from "./backends.ts";
import type { LoadedConfig } from "./load-config.ts";
import type { World } from "./world.ts";

/** The graders that a config starts as programs, in its folder: none is started before it is asked. To be closed. Throws WrpError. */
export function ownGraders({ config, folder, placeAt }: LoadedConfig, world: World): ReadonlyMap<string, CommandGrader> {
  for (const name of Object.keys(config.graders ?? {}))
    if (graderNames.includes(graderName(name))) throw new WrpError(`graders.${name}: wrp has a grader of this name`, { hint: "give yours another", ...at(placeAt(["graders", name])) });
  return new Map(
    Object.entries(config.graders ?? {}).map(([name, { command, version, timeoutMs, memoryMb }]) => [
      name,
      commandGrader({ name, version, command: typeof command === "string" ? shellWords(command) : command, cwd: folder, env: {}, timeMs: timeoutMs, memoryMb, system: world }),
    ]),
  );
}
