import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SignalReadings } from "../../src/model/signal.ts";
import { requestOf, type WrittenRequest } from "../signals/vectors.ts";
import { built, cpuTime, ROOT, type Figure } from "./measure.ts";

export const name = "vsr";
/** µs a prompt of upstream's own Go code, one thread, on its small recipes and on a machine of this kind. */
export const aim = { atMost: 265 };

const CONFIGS = join(ROOT, "../shared/data/vllm-sr-configs");
const PROBES = join(ROOT, "../shared/vectors/vllm-sr/recipe_probes.jsonl");

/** Deterministic signals and the decision on vLLM Semantic Router's own recipes and their probes, one core: with learned signals that match nothing, as upstream was timed, and with them unknown, where whatever they may say is looked at. */
export async function bench(): Promise<Figure[]> {
  if (!existsSync(CONFIGS) || !existsSync(PROBES)) {
    console.error("vsr: not measured without shared/data/vllm-sr-configs and shared/vectors/vllm-sr");
    return [];
  }
  const { vsrRouter } = await built<typeof import("../../src/router/vsr/router.ts")>("router/vsr/router.js");
  const { compileSignals } = await built<typeof import("../../src/signals/index.ts")>("signals/index.js");
  const requests = readFileSync(PROBES, "utf8").split("\n").filter(Boolean).map((line) => requestOf((JSON.parse(line) as { request: WrittenRequest }).request));
  return ["accuracy/config.yaml", "knowledge/config.yaml", "privacy/config.yaml", "balance/config.yaml", "config.yaml"].flatMap((file): Figure[] => {
    const router = vsrRouter(readFileSync(join(CONFIGS, file), "utf8"), file, {});
    const read = compileSignals(router.signals);
    const readings = requests.map(read);
    const absent = readings.map((one): SignalReadings => ({ ...one, unknown: new Set() }));
    const each = (work: () => void) => (cpuTime(work) * 1000) / requests.length;
    const reading = each(() => requests.forEach((request) => read(request)));
    const deciding = each(() => absent.forEach((one) => router.route(one)));
    const settling = each(() => readings.forEach((one) => router.route(one)));
    const rules = [...router.signals.values()].reduce((sum, some) => sum + some.length, 0);
    const detail = `${rules} signals read, ${router.recipe.decisions.length} decisions, ${requests.length} prompts; signals ${reading.toFixed(0)} µs`;
    return [
      { name: `${file}, learned signals absent`, ratio: reading + deciding, unit: "µs/prompt", detail: `${detail}, decision ${deciding.toFixed(0)} µs` },
      { name: `${file}, learned signals unknown`, ratio: reading + settling, unit: "µs/prompt", aim: null, detail: `${detail}, decision ${settling.toFixed(0)} µs` },
    ];
  });
}
