import { startLineProcess } from "../lib/line-process.ts";
import type { SessionHost } from "../router/index.ts";
import type { LoadedConfig } from "./load-config.ts";
import type { World } from "./world.ts";

/** Starts the commands of policies: those of the config in its folder, those of flags in the working directory. */
export function sessionHost({ placeOf, folder }: LoadedConfig, world: World): SessionHost {
  return {
    start: (launch, onLine) => startLineProcess(launch, onLine, world),
    folderOf: (spec) => (placeOf(spec) ? folder : world.cwd),
    placeOf,
    clockMs: world.clockMs,
  };
}
