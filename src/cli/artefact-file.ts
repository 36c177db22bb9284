import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { headBytes, safetensorsHead } from "../lib/safetensors.ts";
import type { PolicySpec } from "../model/config.ts";
import { WrpError, type Place } from "../model/errors.ts";
import { artefactCard, cardIn, readArtefact, type Artefact, type ArtefactCard } from "../router/learned/artefact.ts";
import { fileError } from "./text-file.ts";

type TrainedSpec = Extract<PolicySpec, { kind: "trained" }>;

/** The length of a head stands in so many bytes. */
const PREFIX = 8;

/** A trained policy with the card of its file. Throws WrpError. @param folder what the file is relative to; @param place where the policy names it */
export function withCard(spec: TrainedSpec, folder: string, place?: Place): TrainedSpec {
  if (spec.card !== undefined) return spec;
  const artefact = place ? join(dirname(place.file), spec.artefact) : spec.artefact;
  try {
    return { ...spec, artefact, card: cardOf(resolve(folder, spec.artefact), artefact) };
  } catch (error) {
    if (!(error instanceof WrpError) || !place) throw error;
    throw new WrpError(error.located, { cause: error, place, ...(error.hint === undefined ? {} : { hint: error.hint }) });
  }
}

function cardOf(path: string, file: string): ArtefactCard {
  const head = readable(file, () => {
    if (!statSync(path).isFile()) throw new WrpError("is no regular file", { place: { file } });
    const handle = openSync(path, "r");
    try {
      return firstBytes(handle, headBytes(firstBytes(handle, PREFIX), file));
    } finally {
      closeSync(handle);
    }
  });
  return cardIn(safetensorsHead(head, file), file);
}

/** The files of the trained policies among these, by the hash on their cards. Throws WrpError where one cannot be used. @param cwd what they are relative to */
export function artefactsOf(policies: readonly PolicySpec[], cwd: string): ReadonlyMap<string, Artefact> {
  const found = new Map<string, Artefact>();
  for (const spec of policies) {
    if (spec.kind !== "trained") continue;
    const { hash } = artefactCard(spec);
    if (found.has(hash)) continue;
    const artefact = readArtefact(readable(spec.artefact, () => readFileSync(resolve(cwd, spec.artefact))), spec.artefact);
    if (artefact.card.hash !== hash) throw new WrpError("has changed while it was read", { place: { file: spec.artefact } });
    found.set(hash, artefact);
  }
  return found;
}

function firstBytes(handle: number, count: number): Buffer {
  const room = Buffer.alloc(count);
  return room.subarray(0, readSync(handle, room, 0, count, 0));
}

function readable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof WrpError ? error : fileError(error as NodeJS.ErrnoException, file);
  }
}
