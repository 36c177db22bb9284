import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { SignalReadings } from "../../../src/model/signal.ts";

/** Cases that upstream's own code made; `WRP_VECTORS` names another folder of the same files. */
export const VECTORS = process.env["WRP_VECTORS"] ?? resolve(import.meta.dirname, "../../../../shared/vectors/vllm-sr");

export function hasVectors(file: string): boolean {
  return existsSync(join(VECTORS, file));
}

export function cases<T>(file: string): T[] {
  return readFileSync(join(VECTORS, file), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as T);
}

/** Readings of what a case gives. */
export function given(of: { matched?: Record<string, readonly string[]>; confidences?: Record<string, number>; values?: Record<string, number>; errors?: readonly string[]; unknown?: readonly string[] }): SignalReadings {
  return {
    matched: new Map(Object.entries(of.matched ?? {})),
    confidences: new Map(Object.entries(of.confidences ?? {})),
    values: new Map(Object.entries(of.values ?? {})),
    errors: new Set(of.errors ?? []),
    unknown: new Set(of.unknown ?? []),
  };
}
