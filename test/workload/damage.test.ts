import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { WrpError } from "../../src/model/errors.ts";
import { content, jsonl, prompts, put, readAll } from "./scratch.ts";

const rows = Array.from({ length: 30 }, (_, i) => ({ id: `${i}`, prompt: `question, "${i}"\nä 😀`, outcomes: { m: { quality: i / 30, costUsd: i } } }));
const bench = `sample_id,prompt,eval_name,m,m|model_response,m|total_cost\n${rows.map(({ id }) => `${id},"['What?\\n', ""or""]",e,0.5,"['x']",0.1\n`).join("")}`;
const columns = parquetWriteBuffer({
  columnData: [
    { name: "id", data: rows.map((row) => row.id), type: "STRING" },
    { name: "prompt", data: rows.map((row) => row.prompt), type: "STRING" },
    { name: "outcomes", data: rows.map((row) => row.outcomes), type: "JSON" },
  ],
  rowGroupSize: 10,
});

const whole: Record<string, Buffer> = {
  jsonl: Buffer.from(jsonl(...rows)),
  json: Buffer.from(JSON.stringify(rows)),
  "json object": Buffer.from(JSON.stringify({ data: rows }, null, 1)),
  csv: Buffer.from(bench),
  parquet: Buffer.from(columns),
  "jsonl gzip": gzipSync(jsonl(...rows)),
};

/** A file cut off. Inside Parquet's pages nothing else is tried: its decoder can run on for ever on changed bytes. */
function cut(bytes: Buffer): fc.Arbitrary<Buffer> {
  return fc.nat(bytes.length - 1).map((end) => bytes.subarray(0, end));
}

/** A file with bytes changed, left out, put in, and cut off. */
function damaged(bytes: Buffer): fc.Arbitrary<Buffer> {
  const at = fc.nat(bytes.length - 1);
  const change = fc.record({ at, what: fc.constantFrom("set", "drop", "add"), byte: fc.oneof(fc.nat(255), fc.constantFrom(0x22, 0x2c, 0x0a, 0x7b, 0x5d, 0x00, 0xff)) });
  return fc.tuple(fc.array(change, { maxLength: 4 }), fc.option(at)).map(([changes, end]) => {
    let out = bytes;
    for (const { at: place, what, byte } of changes) {
      const rest = out.subarray(what === "add" ? place : place + 1);
      out = Buffer.concat([out.subarray(0, place), ...(what === "drop" ? [] : [Buffer.of(byte)]), rest]);
    }
    return end === null ? out : out.subarray(0, end);
  });
}

test.each(Object.entries(whole))("damaged %s never gives anything but prompts or a WrpError", async (name, bytes) => {
  await fc.assert(
    fc.asyncProperty(name === "parquet" ? cut(bytes) : damaged(bytes), async (changed) => {
      try {
        await readAll(put(`damaged ${name}`, changed));
      } catch (error) {
        if (!(error instanceof WrpError)) throw error;
      }
    }),
    { numRuns: 250 },
  );
});

test("bytes of any kind never give anything but prompts or a WrpError", async () => {
  const start = fc.constantFrom("", "{", "[", "[{", "PAR1", '{"prompt":', "prompt,a,b\n", "\u001f\u008b", "\ufeff");
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array({ maxLength: 200 }), async (head, bytes) => {
      try {
        await readAll(put("any bytes", Buffer.concat([Buffer.from(head, head === "\ufeff" ? "utf8" : "latin1"), bytes])));
      } catch (error) {
        if (!(error instanceof WrpError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});

const cell = fc.string({ unit: fc.oneof(fc.string({ minLength: 1, maxLength: 1 }), fc.constantFrom('"', ",", "\n", "\r\n", ";", "\t", "ä", "😀", "'", "[", "\\")), maxLength: 20 });
const table = fc.array(
  fc.record({ id: cell, prompt: cell, quality: fc.option(fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x + 0)), cost: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }).map((x) => x + 0)) }),
  { minLength: 1, maxLength: 12 },
);

const quoted = (value: string | number | null) => (value === null ? "" : `"${String(value).replaceAll('"', '""')}"`);

test("the same rows in any container are the same prompts", async () => {
  await fc.assert(
    fc.asyncProperty(table, fc.constantFrom(",", ";", "\t"), fc.constantFrom("\n", "\r\n"), async (cells, delimiter, newline) => {
      const names = ["id", "prompt", "quality", "cost"] as const;
      const csv = [names, ...cells.map((row) => names.map((name) => quoted(row[name])))].map((line) => line.join(delimiter) + newline).join("");
      const parquet = parquetWriteBuffer({
        columnData: names.map((name) => ({ name, data: cells.map((row) => row[name]), type: name === "id" || name === "prompt" ? "STRING" : "DOUBLE" }) as const),
        rowGroupSize: 5,
      });
      const map = { id: "id", prompt: "prompt", "quality.m": "quality", "cost.m": "cost" };
      const read = async (bytes: string | Uint8Array) => (await prompts(put("same", bytes), { map })).map(content);
      const expected = await read(jsonl(...cells));
      expect(expected.map((prompt) => prompt.messages?.[0]?.content)).toEqual(cells.map((row) => row.prompt));
      expect(await read(csv)).toEqual(expected);
      expect(await read(JSON.stringify(cells))).toEqual(expected);
      expect(await read(JSON.stringify({ rows: cells }, null, 2))).toEqual(expected);
      expect(await read(new Uint8Array(parquet))).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});
