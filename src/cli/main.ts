import { reportFailure } from "./failure.ts";
import { program } from "./program.ts";
import { processWorld, type World } from "./world.ts";

/** Runs the command line in `world`; the exit code is the return value, set on the process only for the real one. */
export async function run(world: World): Promise<number> {
  const outcome = { exitCode: 0 };
  try {
    await program(world, outcome).parseAsync([...world.argv], { from: "user" });
    return outcome.exitCode;
  } catch (error) {
    return reportFailure(error, world);
  }
}

export async function main(): Promise<void> {
  process.exitCode = await run(processWorld());
}
