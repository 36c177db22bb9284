import { train, type Trained, type TrainEvent } from "../../evaluate/train.ts";
import { policyKinds } from "../../model/config.ts";
import { WrpError } from "../../model/errors.ts";
import { isFittedHere } from "../../model/learned-specs.ts";
import { openWorkload } from "../../workload/index.ts";
import { artefactInWords } from "../artefact-words.ts";
import { checkNotInput, checkWritable, isStdout, writeWhole } from "../files.ts";
import { withLearning } from "../learning.ts";
import { withListPrices } from "../list-prices.ts";
import { loadConfig } from "../load-config.ts";
import { localModels } from "../local-models.ts";
import { wrpVersion } from "../manifest.ts";
import { policyFromFlag, policyOfFlag } from "../policy-flag.ts";
import { progressLine } from "../progress.ts";
import { runSettings, workloadOptions, type EvalFlags } from "../settings.ts";
import { openForWriting, storeFile } from "../store-file.ts";
import type { World } from "../world.ts";

type TrainFlags = Pick<EvalFlags, "config" | "format" | "map" | "where" | "exclude" | "sample" | "split" | "trainShare" | "models" | "free" | "missing" | "seed" | "json" | "quiet" | "store"> & { readonly output: string };

const DEFAULT_TRAIN_SHARE = 0.5;
const CONCURRENCY = 16;

/** Fits a learned policy on the data, and writes it into a file that wrp eval and wrp route decide by. */
export async function trainCommand(policy: string, data: readonly string[], flags: TrainFlags, world: World): Promise<number> {
  const { output, ...evalFlags } = flags;
  if (isStdout(output)) throw new WrpError("a trained policy goes into a file", { hint: "-o router.safetensors" });
  const loaded = loadConfig(flags.config, world.cwd);
  const spec = policyOfFlag(policy, loaded.config.policies ?? [], world.cwd) ?? policyFromFlag(policy, world.cwd);
  if (!isFittedHere(spec))
    throw new WrpError(`policies of kind ${spec.kind} are not trained`, { hint: `kinds that are: ${policyKinds().filter((kind) => isFittedHere({ kind })).join(", ")}` });
  const asked = await withListPrices(runSettings({ ...evalFlags, gates: false }, { ...loaded, config: { ...loaded.config, policies: [spec] } }), world.now());
  const { settings, vectors } = await withLearning(asked, {}, localModels(loaded, world), world);
  if (!vectors) throw new Error("a learned policy has vectors");
  const options = workloadOptions(data, evalFlags, loaded, world.cwd);
  const workload = await openWorkload(options);
  checkWritable(output, world.cwd);
  checkNotInput(output, world.cwd, [...workload.files, ...(options.exclude ?? []).map((name) => ({ name }))], options.cwd);
  const store = await openForWriting(storeFile(flags.store, loaded, world.cwd), world.cwd);
  const progress = progressLine(world, flags);
  try {
    const { split: part, trainShare = DEFAULT_TRAIN_SHARE } = options;
    const steps = train(spec, { store, workload, settings, clockMs: world.clockMs, signal: world.signal, concurrency: CONCURRENCY, wrpVersion: wrpVersion(), encoder: vectors, placeOf: loaded.placeOf, ...(part ? { split: { part, trainShare } } : {}) });
    const { card, bytes, notes } = await finished(steps, (event) => progress.say(() => words(event)));
    await writeWhole(output, world.cwd, inTurn(bytes));
    progress.clear();
    if (flags.json) world.stdout.write(`${JSON.stringify({ schemaVersion: 1, file: output, card }, null, 2)}\n`);
    else world.stdout.write(`${artefactInWords(output, card)}\n`);
    if (!flags.quiet) for (const note of notes) world.stderr.write(`warning: ${note}\n`);
    return 0;
  } finally {
    progress.clear();
    store.close();
  }
}

async function finished(steps: AsyncGenerator<TrainEvent, Trained>, tell: (event: TrainEvent) => void): Promise<Trained> {
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
    tell(step.value);
  }
}

async function* inTurn(bytes: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* bytes;
}

function words(event: TrainEvent): string {
  const prompts = event.prompts.toLocaleString("en-US");
  if (event.type === "read") return `reading · ${prompts} prompts`;
  return event.type === "fitting" ? `fitting on ${prompts} prompts` : `vectors · ${prompts}/${event.of.toLocaleString("en-US")} prompts`;
}
