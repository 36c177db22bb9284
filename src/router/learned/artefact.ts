import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "../../lib/hash.ts";
import { safetensorsHead, safetensorsOf, tensorsIn, type SafetensorsHead } from "../../lib/safetensors.ts";
import { policySpecSchema, type PolicySpec } from "../../model/config.ts";
import { WrpError } from "../../model/errors.ts";
import { isFittedHere } from "../../model/learned-specs.ts";
import type { Tensor, Tensors } from "../../model/tensor.ts";
import type { ModelFigures } from "../policy.ts";

/** Raised when older files can no longer be read. */
const FORM = 1;
/** The key of the card among the file's metadata. */
const CARD = "wrp.policy";
/** Names of the tables of what it was trained on, apart from what was fitted. */
const [PROMPTS, SESSIONS] = ["trainedOn.promptHash", "trainedOn.sessionHash"];

const cardSchema = z.object({
  form: z.number().int(),
  wrpVersion: z.string(),
  hash: z.string().describe("of the rest of the card and all tables"),
  policy: policySpecSchema.describe("the kind with its settings"),
  models: z.array(z.object({ name: z.string(), quality: z.number().nullable(), costUsdPer1k: z.number().nullable() })).min(1).describe("with their means over the training"),
  encoder: z.object({ id: z.string(), name: z.string(), dimensions: z.number().int().positive() }),
  seed: z.number().int(),
  trainedOn: z.object({
    workload: z.string(),
    hash: z.string(),
    prompts: z.number().int().positive(),
    textless: z.number().int().nonnegative().describe("prompts that it could not be trained on, since their texts were not there"),
    split: z.object({ part: z.enum(["train", "test"]), trainShare: z.number() }).optional(),
  }),
});

/** What a fitted policy is, and what it was fitted on. */
export type ArtefactCard = z.infer<typeof cardSchema>;

/** A fitted policy. */
export interface Artefact {
  readonly card: ArtefactCard;
  /** What its kind's `fit` gave. */
  readonly fitted: Tensors;
  /** The first 64 bits of the content hash of each prompt that it was fitted on, and of each session that one was of. */
  readonly seen: { readonly prompts: BigUint64Array; readonly sessions: BigUint64Array };
}

/** The bytes of an artefact's file, and its card with the hash that these have. */
export function artefactFile(card: Omit<ArtefactCard, "form" | "hash">, { fitted, seen }: Omit<Artefact, "card">): { readonly card: ArtefactCard; readonly bytes: Iterable<Uint8Array> } {
  const tensors: Record<string, Tensor> = { ...fitted, [PROMPTS as string]: listed(seen.prompts), [SESSIONS as string]: listed(seen.sessions) };
  const whole = { form: FORM, ...card };
  const signed: ArtefactCard = { ...whole, hash: hashOf(whole, tensors) };
  return { card: signed, bytes: safetensorsOf({ [CARD]: canonicalJson(signed) }, tensors) };
}

/** The card in a file's head. Throws WrpError where it is none of wrp's, or of a form that this wrp does not know. */
export function cardIn({ metadata }: SafetensorsHead, file: string): ArtefactCard {
  const place = { file };
  const text = metadata[CARD];
  if (text === undefined) throw new WrpError("holds tables, but is no policy of wrp's", { place, hint: "wrp train KIND DATA -o FILE writes one" });
  let card: unknown;
  try {
    card = JSON.parse(text);
  } catch (error) {
    throw new WrpError("its card is no JSON", { place, cause: error });
  }
  const form = (card as { form?: unknown } | null)?.form;
  if (form !== FORM) throw new WrpError(`is of form ${JSON.stringify(form)}, and this wrp reads form ${FORM}`, { place, hint: "train it again with this wrp" });
  const parsed = cardSchema.safeParse(card);
  const issue = parsed.error?.issues[0];
  if (!parsed.success) throw new WrpError(`its card is not right: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`, { place });
  if (!isFittedHere(parsed.data.policy)) throw new WrpError(`its card is of kind ${parsed.data.policy.kind}, which is not trained`, { place });
  return parsed.data;
}

/** Reads a whole file. Throws WrpError where it is none, or not as it was written. */
export function readArtefact(bytes: Uint8Array, file: string): Artefact {
  const head = safetensorsHead(bytes, file);
  const card = cardIn(head, file);
  const tensors = tensorsIn(bytes, head, file);
  const { hash, ...whole } = card;
  if (hashOf(whole, tensors) !== hash) throw new WrpError("is not as it was written: its hash is another", { place: { file }, hint: "copy it again, or train it again" });
  const { [PROMPTS as string]: prompts, [SESSIONS as string]: sessions, ...fitted } = tensors;
  if (!(prompts?.data instanceof BigUint64Array) || !(sessions?.data instanceof BigUint64Array)) throw new WrpError("does not say what it was trained on", { place: { file } });
  return { card, fitted, seen: { prompts: prompts.data, sessions: sessions.data } };
}

/** The card that was read of a trained policy's file. Throws where nobody has read it: whoever takes a spec from the user does. */
export function artefactCard({ card, artefact }: Extract<PolicySpec, { kind: "trained" }>): ArtefactCard {
  if (card === undefined) throw new Error(`the card of ${artefact} was not read`);
  return card as ArtefactCard;
}

/** The models as policies are built over them: what is not known is NaN. */
export function figuresOf({ models }: Pick<ArtefactCard, "models">): ModelFigures[] {
  return models.map(({ name, quality, costUsdPer1k }) => ({ name, quality: quality ?? NaN, costUsdPer1k: costUsdPer1k ?? NaN }));
}

function listed(data: BigUint64Array): Tensor {
  return { shape: [data.length], data };
}

function hashOf(card: Omit<ArtefactCard, "hash">, tensors: Tensors): string {
  const sha = createHash("sha256").update(canonicalJson(card));
  for (const [name, { shape, data }] of Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1))) sha.update(`\n${name} ${shape.join(" ")}\n`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return sha.digest("hex").slice(0, 32);
}
