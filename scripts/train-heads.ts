/**
 * Makes datasets/heads/*.json: the weights of the built-in classifiers, trained on the built-in embedder.
 *
 *   npm run train:heads -- [--data PATH] [--check] [domain|jailbreak|complexity …]
 *
 * PATH holds routellm-mmlu and vllm-sr-cases (default ../shared/data). The same data gives the same bytes at each run on one kind of
 * machine; on another kind the embedder rounds otherwise, so that --check, which writes nothing, lets a weight differ by one step.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { useLite } from "../src/signals/encoders/use-lite/index.ts";
import type { HeadFile } from "../src/signals/heads/head.ts";
import { HEADS, type HeadName } from "../src/signals/heads/index.ts";
import { fitHead, type Example } from "./train-heads/fit.ts";
import { withKeptVectors } from "./train-heads/kept-vectors.ts";
import { headSets, type LabelledText } from "./train-heads/sets.ts";

/** Weight decay; docs/models/ says how each was come by. */
const DECAY: Readonly<Record<HeadName, number>> = { domain: 3e-5, jailbreak: 1e-5, complexity: 3e-4 };

const { values, positionals } = parseArgs({ allowPositionals: true, options: { data: { type: "string", default: "../shared/data" }, check: { type: "boolean", default: false } } });
const wanted = HEADS.filter((name) => positionals.length === 0 || positionals.includes(name));
if (wanted.length < positionals.length) throw new Error(`heads: ${HEADS.join(", ")}`);
const sets = await headSets(values.data);
const encoder = withKeptVectors(useLite(".wrp/models"), ".wrp/models/vectors.bin");

for (const name of wanted) {
  const { labels, train, calibration } = sets[name];
  const { head, moved } = await fitHead(encoder.id, labels, await examples(train), await examples(calibration), DECAY[name]);
  const file = `datasets/heads/${name}.json`;
  if (values.check) check(file, head);
  else {
    mkdirSync("datasets/heads", { recursive: true });
    writeFileSync(file, `${JSON.stringify(head)}\n`);
    console.log(`${file}: ${train.length} texts, temperature ${head.temperature}; rounding the weights moved ${moved} of ${calibration.length} calibration texts to another label`);
  }
}

async function examples(texts: readonly LabelledText[]): Promise<Example[]> {
  const vectors = await encoder.encode(texts.map(({ text }) => text));
  return texts.map(({ label, weight }, i) => ({ vector: vectors[i] as Float32Array, label, weight }));
}

function check(file: string, head: HeadFile): void {
  if (!existsSync(file)) throw new Error(`there is no ${file}`);
  const kept = JSON.parse(readFileSync(file, "utf8")) as HeadFile;
  const [a, b] = [kept, head].map(({ weights }) => new Int8Array(Buffer.from(weights, "base64")));
  const most = a?.length === b?.length ? Math.max(...(a ?? []).map((w, i) => Math.abs(w - (b?.[i] as number)))) : Infinity;
  const same = JSON.stringify(kept) === JSON.stringify(head);
  console.log(`${file}: ${same ? "the same" : `differs, its weights by at most ${most}`}`);
  if (most > 1) process.exitCode = 1;
}
