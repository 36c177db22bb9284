import type { Container } from "./container.ts";
import { csv } from "./csv.ts";
import { json } from "./json.ts";
import { jsonl } from "./jsonl.ts";
import { parquet } from "./parquet.ts";

/** In the order in which they are tried; CSV takes what no other wants. */
const containers: readonly [Container, ...Container[]] = [parquet, json, jsonl, csv];

/** The container of a file, found by its first bytes. */
export function findContainer(head: Buffer): Container {
  return containers.find((container) => container.detect(head)) ?? csv;
}
