import { gatherEvidence, type Evidence } from "../gateways/vsr/lint/evidence.ts";
import type { SignalModels } from "../model/signal-models.ts";
import type { VsrRouter } from "../router/vsr/router.ts";
import type { Workload } from "../workload/index.ts";
import { stopIfAsked } from "./interrupt.ts";
import { NOTHING_STORED } from "./preview-parts.ts";
import { promptReader } from "./read-signals.ts";

/** Runs the prompts of a workload through configs of vLLM Semantic Router, and counts what each does with them. Throws WrpError on a signal that cannot be read. */
export async function vsrEvidence(routers: readonly VsrRouter[], workload: Pick<Workload, "batches">, signal: AbortSignal, models: SignalModels | null = null): Promise<readonly Evidence[]> {
  const asking = routers.map(({ signals }) => ({ reads: signals }));
  const reader = promptReader(asking, models);
  const evidence = routers.map((router, k) => gatherEvidence(router, reader.surrogatesOf(asking[k] as (typeof asking)[number])));
  for await (const prompts of workload.batches()) {
    await stopIfAsked(signal, NOTHING_STORED);
    const readings = await reader.read(prompts);
    for (const [k, asked] of asking.entries()) for (const one of readings.get(asked) ?? []) evidence[k]?.see(one);
  }
  return evidence;
}
