import type { Command } from "commander";
import { unknownName } from "../../model/errors.ts";
import { bashScript } from "../completion/bash.ts";
import { fishScript } from "../completion/fish.ts";
import { SHELLS, type Shell } from "../completion/shells.ts";
import { completionSpots, type Spot } from "../completion/tree.ts";
import { zshScript } from "../completion/zsh.ts";
import type { World } from "../world.ts";

const SCRIPTS: Readonly<Record<Shell, (spots: readonly Spot[]) => string>> = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** Prints the completion script of a shell, made of the program's own commands. */
export function completionCommand(shell: string, program: Command, world: World): number {
  if (!Object.hasOwn(SCRIPTS, shell)) throw unknownName("shell", shell, SHELLS);
  world.stdout.write(SCRIPTS[shell as Shell](completionSpots(program)));
  return 0;
}
