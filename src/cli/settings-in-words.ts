import type { RunSettings } from "../evaluate.ts";
import { isGpuPrice } from "../pool/gpu-price.ts";
import { replacedInWords } from "../pool/replaced-prices.ts";

/** How a run was set up, a line a subject; what is left at its default is not said. A setting that this file does not know is shown as it is. */
export function settingsInWords(settings: RunSettings): string[] {
  const { seed, resamples, models, only, policies, reference, objectives, margins, slo, missing, lambdaPerUsd, aiqRange, gates, remotes = [], replaced = [], ...others } = settings;
  return [
    `seed ${seed}, ${resamples.toLocaleString("en-US")} resamples`,
    ...(models.length > 0 ? [`models: ${models.map(modelInWords).join(", ")}`] : []),
    ...replaced.map(({ model, to }) => `--price: ${model} at ${replacedInWords(to, "its own cost")}`),
    ...(only ? [`only these are judged: ${only.join(", ")}`] : []),
    `policies: ${policies.length > 0 ? `${policies.map((p) => (p.name === undefined ? p.kind : `${p.name} (${p.kind})`)).join(", ")}, and the controls` : "the controls"}`,
    ...remotes.map(({ name, live }) => `${name} is a live router: ${live.model} at ${live.url}`),
    ...(reference === null ? [] : [`compared with ${reference}`]),
    ...(objectives ? [`frontier over ${objectives.join(", ")}`] : []),
    ...pairs("equivalent within", margins, "± "),
    ...(slo ? pairs("goodput counts", slo, "≤ ") : []),
    ...(missing === "gap" ? [] : [`missing outcomes: ${missing}`]),
    ...(lambdaPerUsd === 0 ? [] : [`regret at ${lambdaPerUsd} per USD`]),
    ...(aiqRange ? [`AIQ from $${aiqRange[0]} to $${aiqRange[1]} per 1,000 prompts`] : []),
    ...(gates ?? []).map(({ expression, policy }) => `gate: ${expression}${policy === null ? "" : ` for ${policy}`}`), // runs of older versions have none
    ...Object.entries(others).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
  ];
}

function modelInWords({ name, price, trusted, guarded, simulated, live }: RunSettings["models"][number]): string {
  const marks = [...(price === "free" ? ["free"] : []), ...(isGpuPrice(price) ? [`by the GPU hour`] : []), ...(trusted ? ["trusted"] : []), ...(guarded ? ["guarded"] : []), ...(simulated ? ["simulated"] : []), ...(live ? [`live: ${live.model} at ${live.url}`] : [])];
  return marks.length > 0 ? `${name} (${marks.join(", ")})` : name;
}

function pairs(what: string, values: object, sign: string): string[] {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return entries.length > 0 ? [`${what} ${entries.map(([name, value]) => `${name} ${sign}${value}`).join(", ")}`] : [];
}
