import { createInterface } from "node:readline";
import { EXIT, WrpError } from "../../model/errors.ts";
import type { World } from "../world.ts";

/** Asks on the terminal. */
export interface Questions {
  /** A list by comma; Enter takes the default. What `check` complains of is said, and asked again. */
  list(question: string, byDefault: readonly string[], check: (answer: readonly string[]) => Promise<string | null>): Promise<readonly string[]>;
  close(): void;
}

/** Whether there is somebody to ask. */
export function canAsk(world: World): boolean {
  return world.stdin.isTTY === true && world.stderr.isTTY && !world.env["CI"];
}

/** Questions go to stderr; the end of the input, or Ctrl-C, ends the command before anything is written. */
export function askOn(world: World): Questions {
  const reader = createInterface({ input: world.stdin, terminal: false });
  const lines = reader[Symbol.asyncIterator]();
  const stopped = new Promise<never>((_, reject) => {
    world.signal.addEventListener("abort", () => reject(leftOff()), { once: true });
  });
  stopped.catch(() => undefined); // heard where a question waits
  return {
    close: () => reader.close(),
    async list(question, byDefault, check) {
      for (;;) {
        world.stderr.write(`${question} [${byDefault.length > 0 ? byDefault.join(", ") : "none"}] `);
        const line = await Promise.race([lines.next(), stopped]).finally(() => world.signal.aborted && world.stderr.write("\n"));
        if (line.done) throw leftOff();
        const words = line.value.split(",").map((word) => word.trim()).filter((word) => word !== "");
        const answer = words.length === 0 ? byDefault : words.length === 1 && words[0] === "none" ? [] : [...new Set(words)];
        const complaint = await check(answer);
        if (complaint === null) return answer;
        world.stderr.write(`${complaint}\n`);
      }
    },
  };
}

function leftOff(): WrpError {
  return new WrpError("left off: nothing was written", { exitCode: EXIT.interrupted, hint: "wrp init --yes asks nothing" });
}
