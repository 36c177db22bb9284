import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { amount, built, paired, type Figure } from "./measure.ts";

export const name = "embedder";
/** Of the texts a second that the bare runtime makes vectors of. */
export const aim = { atLeast: 0.9 };

const TEXTS = 256;
const ROUNDS = 5;
/** 100,000 where WRP_BENCH_ALL is set: they take minutes. */
const MANY = process.env["WRP_BENCH_ALL"] ? 100_000 : 10_000;
const GROUP = 1000;
const MB = 1 << 20;

/**
 * The built-in embedder, tokenizing and all, against onnxruntime on the same batches of token ids that were made before: one core, prompts of 5 to 60
 * words. Then many texts, group by group: what memory grows by from the first tenth of them to the end, and how much of that JavaScript still
 * holds: the rest is room that V8 and the allocator keep. Garbage made text by text shows there, since V8 then takes room for more young objects.
 */
export async function bench(): Promise<Figure[]> {
  const { useLite } = await built<typeof import("../../src/signals/encoders/use-lite/index.ts")>("signals/encoders/use-lite/index.js");
  const { useLiteFile } = await built<typeof import("../../src/signals/encoders/use-lite/model-file.ts")>("signals/encoders/use-lite/model-file.js");
  const { unigramTokenizer } = await built<typeof import("../../src/signals/encoders/use-lite/tokenizer.ts")>("signals/encoders/use-lite/tokenizer.js");
  const { readVocabulary } = await built<typeof import("../../src/signals/encoders/use-lite/weights.ts")>("signals/encoders/use-lite/weights.js");
  const { batchesOf, padded } = await built<typeof import("../../src/signals/encoders/batches.ts")>("signals/encoders/batches.js");
  const { InferenceSession, Tensor } = await import("onnxruntime-node");

  const texts = Array.from({ length: TEXTS }, (_, i) => textOf(i));
  const encoder = useLite(null);
  const session = await InferenceSession.create(await useLiteFile(null), { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const batches = [...batchesOf(texts, unigramTokenizer(await readVocabulary()))].map(({ rows, width }) => new Tensor("int64", padded(rows, width, -1), [rows.length, width]));
  const bare = () => cpuMs(async () => {
    for (const ids of batches) await session.run({ ids }, ["embedding"]);
  });
  const ours = () => cpuMs(() => encoder.encode(texts));
  const { ratio, a, b } = await paired(ROUNDS, bare, ours);
  const perSecond = (ms: number) => amount((TEXTS / ms) * 1000);

  let early = 0;
  let earlyInUse = 0;
  const ms = await cpuMs(async () => {
    for (let first = 0; first < MANY; first += GROUP) {
      const vectors = await encoder.encode(Array.from({ length: GROUP }, (_, k) => `${first + k} ${textOf(first + k).slice(0, 60)}`));
      if (vectors.length !== GROUP) throw new Error("a text has no vector");
      if (first + GROUP === MANY / 10) [earlyInUse, early] = [inUse(), process.memoryUsage.rss()];
    }
  });
  const grown = (process.memoryUsage.rss() - early) / MB;
  return [
    { name: "against onnxruntime on the same batches", ratio, detail: `${perSecond(b)} texts a second of CPU time, onnxruntime alone ${perSecond(a)}; ${TEXTS} texts in ${batches.length} batches` },
    { name: `${amount(MANY)} texts: memory grows by`, ratio: grown, unit: "MB", aim: { atMost: 50 }, detail: `from the first tenth on, to ${amount(process.memoryUsage.rss() / MB)} MB; what JavaScript holds by ${((inUse() - earlyInUse) / MB).toFixed(1)} MB, to ${amount(inUse() / MB)} MB; ${amount((MANY / ms) * 1000)} texts a second of CPU time` },
  ];
}

/** Bytes that JavaScript holds, once what it no longer needs is gone. */
function inUse(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Milliseconds that all threads of this process compute in a call: what else the machine does is left out. */
async function cpuMs(call: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const WORDS = ["refund", "sequence", "invoice", "prove", "the", "kernel", "password", "of", "architecture", "translate", "clause", "is", "matrix", "latency", "summary", "why"];

function textOf(i: number): string {
  return `${Array.from({ length: 5 + ((i * 37) % 56) }, (_, k) => WORDS[(i * 7 + k * (1 + (i % 5))) % WORDS.length]).join(" ")}?`;
}
