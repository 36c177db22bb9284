import { stopIfAsked } from "../evaluate/interrupt.ts";
import { probeLevel, type ProbeLevel } from "../evaluate/probe.ts";
import type { RunSettings } from "../evaluate.ts";
import type { Budget } from "../pool/flow/budget.ts";
import type { FlowEvent } from "../pool/flow/flow.ts";
import { usd } from "./amounts.ts";
import { openLive } from "./live-host.ts";
import type { LoadedConfig } from "./load-config.ts";
import type { LiveModelSpec } from "../evaluate/live-models.ts";
import type { Question } from "./probe-questions.ts";
import { progressLine } from "./progress.ts";
import type { World } from "./world.ts";

interface ProbeParts {
  readonly settings: RunSettings;
  readonly model: LiveModelSpec;
  readonly loaded: LoadedConfig;
  readonly spending: Budget;
  readonly quiet: boolean;
}

/** One level. Throws WrpError where it is interrupted: calls in flight are then ended at once, since nothing of them would be kept. */
export async function runProbe(questions: readonly Question[], concurrency: number, { settings, model, loaded, spending, quiet }: ProbeParts, world: World): Promise<ProbeLevel> {
  const progress = progressLine(world, { quiet });
  const pauses = pauseClock(world.clockMs);
  const counts = { done: 0, failed: 0 };
  const live = await openLive(
    settings,
    loaded,
    { maxCostUsd: null, spending, inFlight: concurrency, fixed: { concurrency, retries: 0 }, again: false, tell: (event) => event.type === "paused" && pauses.add(event) },
    world,
  );
  const stop = () => void live.close();
  world.signal.addEventListener("abort", stop, { once: true });
  try {
    const level = await probeLevel(questions, {
      model: live.host.modelOf(model.name),
      concurrency,
      maxOutputTokens: model.live.settings.maxOutputTokens as number,
      clockMs: world.clockMs,
      signal: world.signal,
      pausedMs: pauses.total,
      onEnd(outcome) {
        counts.done++;
        if (outcome.called && outcome.answer.error !== null) counts.failed++;
        progress.say(() => progressInWords(concurrency, questions.length, counts, live.inFlight(), spending));
      },
    });
    progress.clear();
    const { spentUsd } = spending.state();
    await stopIfAsked(world.signal, `nothing was written${spentUsd > 0 ? `; ${usd(spentUsd)} was spent` : ""}`);
    return level;
  } finally {
    progress.clear();
    world.signal.removeEventListener("abort", stop);
    await live.close();
  }
}

/** How long pauses last in all; those that overlap count once. */
function pauseClock(clockMs: () => number) {
  let [untilMs, sumMs] = [0, 0];
  return {
    add({ ms }: Extract<FlowEvent, { type: "paused" }>): void {
      const now = clockMs();
      sumMs += Math.max(0, now + ms - Math.max(now, untilMs));
      untilMs = Math.max(untilMs, now + ms);
    },
    /** Up to now: what is left of a pause when all is done has held up nothing. */
    total: () => sumMs - Math.max(0, untilMs - clockMs()),
  };
}

function progressInWords(concurrency: number, of: number, { done, failed }: { readonly done: number; readonly failed: number }, inFlight: number, spending: Budget): string {
  const { spentUsd, capUsd } = spending.state();
  return [`probing at concurrency ${concurrency}`, `${done}/${of} done`, `${inFlight} in flight`, ...(failed > 0 ? [`${failed} failed`] : []), `${usd(spentUsd)}${capUsd === null ? "" : ` of ${usd(capUsd)}`}`].join(" · ");
}
