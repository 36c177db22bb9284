import type { Connection } from "./connection.ts";
import { immediate } from "./transaction.ts";

/** What a model on this machine answered about texts, by the content hashes of those that are there. */
export function findOutputs(c: Connection, model: string, textHashes: readonly string[]): Map<string, Float32Array> {
  const found = new Map<string, Float32Array>();
  const id = c.handle.prepare<[string], number>("SELECT id FROM output_models WHERE hash = ?").pluck().get(model);
  if (id === undefined) return found;
  const select = c.handle.prepare<[Buffer], Buffer>(`SELECT output FROM model_outputs WHERE model_id = ${id} AND text_hash = ?`).pluck();
  for (const hash of textHashes) {
    const output = select.get(Buffer.from(hash, "hex"));
    if (output) found.set(hash, new Float32Array(output.buffer.slice(output.byteOffset, output.byteOffset + output.byteLength) as ArrayBuffer));
  }
  return found;
}

/** Keeps them in one transaction. What is there already stays as it is. */
export function saveOutputs(c: Connection, model: string, outputs: ReadonlyMap<string, Float32Array>): void {
  if (outputs.size === 0) return;
  immediate(c.handle, () => {
    c.handle.prepare("INSERT INTO output_models (hash) VALUES (?) ON CONFLICT DO NOTHING").run(model);
    const id = c.handle.prepare<[string], number>("SELECT id FROM output_models WHERE hash = ?").pluck().get(model) as number;
    const insert = c.handle.prepare(`INSERT INTO model_outputs (model_id, text_hash, output) VALUES (${id}, ?, ?) ON CONFLICT DO NOTHING`);
    for (const [hash, output] of outputs) insert.run(Buffer.from(hash, "hex"), Buffer.from(output.buffer, output.byteOffset, output.byteLength));
  });
}
