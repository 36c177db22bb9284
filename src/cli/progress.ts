import type { EvaluateEvent } from "../evaluate.ts";
import type { World } from "./world.ts";

/** No line before this, so that quick runs stay still; then at most ten a second. */
const FIRST_MS = 300;
const EVERY_MS = 100;

export interface ProgressLine {
  show(event: EvaluateEvent): void;
  /** A line in other words, made only when it is shown. */
  say(words: () => string): void;
  clear(): void;
}

/** One line on stderr that follows a run; nothing where stderr is no terminal, in CI, or when asked to be quiet. */
export function progressLine(world: World, flags: { readonly quiet?: boolean }): ProgressLine {
  const on = world.stderr.isTTY && !world.env["CI"] && flags.quiet !== true;
  const started = world.clockMs();
  let last = started + FIRST_MS - EVERY_MS;
  let shown = false;
  const say = (line: () => string) => {
    const now = world.clockMs();
    if (!on || now - last < EVERY_MS) return;
    last = now;
    shown = true;
    world.stderr.write(`\r\x1b[2K${line().slice(0, world.stderr.columns - 1)}`);
  };
  return {
    say,
    show: (event) => say(() => words(event)),
    clear() {
      if (shown) world.stderr.write("\r\x1b[2K");
      shown = false;
    },
  };
}

function words(event: EvaluateEvent): string {
  switch (event.type) {
    case "read":
      return `${event.stored ? "reading from the store" : "reading"} · ${event.prompts.toLocaleString("en-US")} prompts`;
    case "deciding":
      return `routing · ${event.policy} · ${event.prompts.toLocaleString("en-US")}/${event.of.toLocaleString("en-US")} prompts`;
    case "decided":
      return `routing · ${event.policy}`;
    case "computing":
      return `resampling ${event.resamples.toLocaleString("en-US")}/${event.of.toLocaleString("en-US")}`;
    case "done":
      return "done";
  }
}
