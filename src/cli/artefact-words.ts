import type { ArtefactCard } from "../router/learned/artefact.ts";

/** A trained policy's card, as the terminal shows it. */
export function artefactInWords(file: string, { policy, models, encoder, seed, trainedOn, hash, wrpVersion }: ArtefactCard): string {
  const { kind, ...settings } = policy;
  const set = Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(", ");
  const { workload, prompts, textless, split } = trainedOn;
  const lines = [
    ["policy", `${kind}${set === "" ? "" : ` (${set})`}`],
    ["trained on", `${prompts.toLocaleString("en-US")} prompts of ${workload}${split ? `, its ${split.part} part (train share ${split.trainShare})` : ""}${textless > 0 ? `; ${textless} without a text left out` : ""}`],
    ["seed", String(seed)],
    ["models", models.map(({ name }) => name).join(", ")],
    ["vectors of", `${encoder.name} (${encoder.dimensions} numbers)`],
    ["hash", `${hash} (wrp ${wrpVersion})`],
  ];
  const next = split?.part === "train" ? `wrp eval … --split test --seed ${seed} --policy ${kind}:${file}` : `wrp eval OTHER-DATA --policy ${kind}:${file}`;
  return [file, ...lines.map(([label, text]) => `  ${(label as string).padEnd(11)}${text}`), `next: ${next} · wrp route "…" --policy ${kind}:${file}`].join("\n");
}
