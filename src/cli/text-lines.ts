import { resolve } from "node:path";
import { WrpError } from "../model/errors.ts";
import type { TextLine } from "../outcomes/read-run-file.ts";
import { textBytes } from "../workload/bytes.ts";

/** A line holds a prompt with all its answers, or a report: what is longer is no such file. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

const LINE_FEED = 10;

/** The lines of a UTF-8 text file, gunzipped where it is gzip. Nothing is held but the line at hand. Throws WrpError where it cannot be read. */
export async function* textLines(name: string, cwd: string): AsyncGenerator<TextLine> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  let number = 1;
  for await (const chunk of textBytes({ name, path: resolve(cwd, name) })) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      yield { text: Buffer.concat([...pieces, chunk.subarray(start, end)]).toString("utf8"), number };
      number++;
      start = end + 1;
      pieces = [];
      bytes = 0;
    }
    pieces.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes > MAX_LINE_BYTES) throw new WrpError(`a line is longer than ${MAX_LINE_BYTES / 1024 / 1024} MiB`, { place: { file: name, line: number } });
  }
  if (bytes > 0) yield { text: Buffer.concat(pieces).toString("utf8"), number };
}
