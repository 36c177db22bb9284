import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, test } from "vitest";
import { desk } from "../desk.ts";
import { folder, jsonl, policy, type Ran } from "../wrp.ts";

/** Bad input of every kind: exit code 2, the file (and line), the value and what to do; no stack, and nothing that was stored is lost. */
const rows = desk(20);
const good = jsonl(rows);
const line = (outcomes: string, more = "") => `{"prompt":"q"${more},"outcomes":{"a":${outcomes},"b":{"quality":1}}}\n`;
const at = folder({ "desk.jsonl": good });
const root = process.getuid?.() === 0;

function refused(ran: Ran, message: RegExp | string, hint?: RegExp | string): void {
  expect(ran.stderr).toMatch(message);
  if (hint !== undefined) expect(/^hint: .*/m.exec(ran.stderr)?.[0] ?? "no hint").toMatch(hint);
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).not.toMatch(/this is a bug|^\s+at /m);
  expect(ran.stderr.length).toBeLessThan(3000);
}

/** Both commands that read data refuse it, in the same words, and leave no file behind. */
async function refusedBoth(args: readonly string[], message: RegExp | string, hint?: RegExp | string): Promise<void> {
  const evaluated = await at.inside("eval", ...args, "--store", ":memory:", "-q");
  refused(evaluated, message, hint);
  const imported = await at.inside("import", ...args, "-o", "imported.jsonl", "-q");
  refused(imported, message, hint);
  expect(imported.stderr).toBe(evaluated.stderr);
  expect(existsSync(join(at.path, "imported.jsonl"))).toBe(false);
}

const MAP = ["--map", "prompt=prompt,quality.a=qa,cost.a=ca"];
const table = (quality: string, cost = "0.1") => `prompt,qa,ca\nq,1,0.1\nr,${quality},${cost}\n`;
const packed = gzipSync(good.repeat(20));
const parquet = Buffer.from(
  parquetWriteBuffer({ columnData: [{ name: "id", data: rows.map((row) => row.id), type: "STRING" }, { name: "prompt", data: rows.map((row) => row.prompt), type: "STRING" }, { name: "outcomes", data: rows.map((row) => row.outcomes), type: "JSON" }] }),
);
const swapped = (text: string) => Buffer.from(text, "utf16le").swap16();
const nested = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000);

describe("data", () => {
  test.each<[string, string, string | Uint8Array, string[], RegExp, (RegExp | string)?]>([
    ["an empty file", "x.jsonl", "", [], /^error: x\.jsonl: the file is empty/],
    ["a byte order mark alone", "x.csv", "\ufeff", [], /x\.csv: the file is empty/],
    ["white space alone", "x.json", " \n\t\r\n", [], /x\.json: the file is empty/],
    ["a header alone", "x.csv", "prompt,qa,ca\n", MAP, /x\.csv: no prompts: the file has a header and no rows/],
    ["wrong columns", "x.csv", "alpha,beta\n1,2\n", [], /x\.csv: cannot tell what this CSV file holds; its columns are alpha, beta/, "--map prompt="],
    ["a mapped column that is missing", "x.csv", "prompt,qa\nq,1\n", MAP, /x\.csv: there is no column "ca"/, "columns: prompt, qa"],
    ["a mapped key that no row has", "x.jsonl", '{"prompt":"q","qa":1}\n', MAP, /x\.jsonl: there is no column "ca"/],
    ["a row cut short", "x.csv", `${table("1")}s,1\n`, MAP, /x\.csv:4: 2 cells, but the header has 3 columns/],
    ["a column twice", "x.csv", "prompt,qa,qa,ca\nq,1,1,1\n", MAP, /x\.csv:1: two columns are named "qa"/],
    ["an unknown key", "x.jsonl", line('{"qualty":1}'), [], /x\.jsonl:1: unknown key "outcomes\.a\.qualty"/],
    ["a quote never closed", "x.csv", 'prompt,qa,ca\nq,1,1\n"r,1,1\ns,1,1\n', MAP, /x\.csv:3: a quote is opened in this record and never closed/, "double quotes"],
    ["latin-1 bytes", "x.jsonl", Buffer.concat([Buffer.from(good), Buffer.from(line('{"quality":1}').replace("q", "caf\xe9"), "latin1")]), [], /x\.jsonl:21: not UTF-8 text/, "iconv -f latin1 -t utf-8"],
    ["UTF-16", "x.jsonl", Buffer.from(`\ufeff${good}`, "utf16le"), [], /x\.jsonl:1: this is UTF-16 text, not UTF-8/, "iconv -f UTF-16 -t UTF-8"],
    ["UTF-16, big end first", "x.csv", swapped(`\ufeff${table("1")}`), MAP, /x\.csv:1: this is UTF-16 text/],
    ["UTF-16 without its mark", "x.jsonl", Buffer.from(good, "utf16le"), [], /x\.jsonl:1: this is UTF-16 text/, "iconv -f UTF-16LE"],
    ["UTF-16 without its mark, big end first", "x.jsonl", swapped(good), [], /x\.jsonl:1: this is UTF-16 text/, "iconv -f UTF-16BE"],
    ["a ZIP archive", "x.csv", Buffer.from("PK\x03\x04\x14\0\0\0\x08\0sheet.xml", "latin1"), MAP, /x\.csv:1: this is a ZIP archive \(or a spreadsheet\)/, "save the sheet as CSV"],
    ["NUL bytes alone", "x.jsonl", new Uint8Array(4096), [], /x\.jsonl:1: this is nothing but NUL bytes/, "never written to the end"],
    ["NUL bytes within", "x.jsonl", good.replace("Desk", "D\0sk"), [], /x\.jsonl:1: not valid JSON \(Bad control character/],
    ["lines that end in CR alone", "x.jsonl", good.replaceAll("\n", "\r"), [], /x\.jsonl:1: not valid JSON/, "lines end in CR alone"],
    ["JSON cut off", "x.json", JSON.stringify(rows).slice(0, -30), [], /x\.json:1: the JSON ends too early: it was cut off/],
    ["a list of numbers", "x.json", "[1, 2]", [], /x\.json:1: each item of the list must be an object/],
    ["NaN in JSON", "x.jsonl", line('{"quality":NaN}'), [], /x\.jsonl:1: not valid JSON/, "write null where a value is not known"],
    ["Infinity in JSON", "x.jsonl", line('{"costUsd":-Infinity}'), [], /x\.jsonl:1: not valid JSON/, "write null"],
    ["1e999", "x.jsonl", line('{"costUsd":1e999}'), [], /x\.jsonl:1: "outcomes\.a\.costUsd" must be a number ≥ 0 \(got Infinity\)/],
    ["a negative cost", "x.jsonl", good + line('{"costUsd":-0.5}'), [], /x\.jsonl:21: "outcomes\.a\.costUsd" must be a number ≥ 0 \(got -0\.5\)/],
    ["a negative latency", "x.jsonl", line('{"latencyMs":-1}'), [], /x\.jsonl:1: "outcomes\.a\.latencyMs" must be a number ≥ 0 \(got -1\)/],
    ["half a token", "x.jsonl", line('{"outputTokens":1.5}'), [], /x\.jsonl:1: "outcomes\.a\.outputTokens" must be a whole number ≥ 0 \(got 1\.5\)/],
    ["a quality above 1", "x.jsonl", line('{"quality":85}'), [], /x\.jsonl:1: "outcomes\.a\.quality" must be a number from 0 to 1 \(got 85\)/, "divide scores on another scale"],
    ["a quality that is a word", "x.jsonl", line('{"quality":"good"}'), [], /x\.jsonl:1: .* \(got "good"\)/],
    ["Infinity in a table", "x.csv", table("Infinity"), MAP, /x\.csv:3: "qa" must be a number from 0 to 1 \(got "Infinity"\)/],
    ["-Infinity as a cost", "x.csv", table("1", "-Infinity"), MAP, /x\.csv:3: "ca" must be a number ≥ 0 \(got "-Infinity"\)/],
    ["a price with its sign", "x.csv", table("1", "$0.10"), MAP, /x\.csv:3: "ca" must be a number ≥ 0 \(got "\$0\.10"\)/],
    ["a model without a name", "x.jsonl", line('{"quality":1}').replace('"a"', '" "'), [], /x\.jsonl:1: "outcomes" must name each model \(got " "\)/],
    ["a bad figure of a model named __proto__", "x.jsonl", line('{"quality":2}').replace('"a"', '"__proto__"'), [], /x\.jsonl:1: "outcomes\.__proto__\.quality" must be a number from 0 to 1 \(got 2\)/],
    ["brackets 100,000 deep", "x.jsonl", line('{"quality":1}', `,"meta":${nested("[", "]")}`), [], /x\.jsonl:1: lists or objects stand in one another more than 200 deep/],
    ["objects 100,000 deep", "x.json", `[{"prompt":"q","outcomes":${nested('{"a":', "}").replace("}", "1}")}}]`, [], /x\.json:1: lists or objects stand in one another more than 200 deep/],
    ["one object, 100,000 deep", "x.json", nested('{"a":', "}").replace("}", "1}"), [], /x\.json/],
    ["a document of 10,000 keys", "x.json", JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key${i}`, i]))), [], /x\.json: cannot tell what .* and 9960 more/],
    ["gzip cut off", "x.jsonl.gz", packed.subarray(0, packed.length / 2), [], /x\.jsonl\.gz: the gzip file ends too early/, "copy or download it again"],
    ["gzip of nothing known", "x.jsonl.gz", gzipSync(Uint8Array.from({ length: 500 }, (_, i) => (i * 7919) % 251)), [], /x\.jsonl\.gz:1: not UTF-8 text/],
    ["gzip that is none", "x.jsonl.gz", Buffer.concat([packed.subarray(0, 30), Buffer.alloc(200, 0xaa)]), [], /x\.jsonl\.gz: the gzip file is damaged/, "gunzip -t tests it"],
    ["gzip in gzip", "x.jsonl.gz", gzipSync(packed), [], /x\.jsonl\.gz:1: this is a gzip file inside a gzip file/, "gunzip it once"],
    ["Parquet cut off", "x.parquet", parquet.subarray(0, parquet.length - 20), [], /x\.parquet: the Parquet file is damaged or cut off/, "copy or make it again"],
    ["Parquet, its first bytes only", "x.parquet", parquet.subarray(0, 4), [], /x\.parquet: the Parquet file is damaged or cut off/],
  ])("%s", async (_, name, content, args, message, hint) => {
    at.put(name, content);
    await refusedBoth([name, ...args], message, hint);
  });

  test("Parquet with bytes changed inside never hangs, and is prompts or said to be damaged", async () => {
    for (let i = 4; i < parquet.length - 8; i += Math.ceil(parquet.length / 40)) {
      const spoilt = Buffer.from(parquet);
      spoilt[i] = (spoilt[i] as number) ^ 0xff;
      at.put("x.parquet", spoilt);
      const ran = await at.inside("eval", "x.parquet", "--store", ":memory:", "--resamples", "200", "-q");
      if (ran.code !== 0) refused(ran, /x\.parquet/);
    }
  }, 300_000);

  test("the process ends when a Parquet file is read: its decoder's thread does not keep it", async () => {
    at.put("x.parquet", parquet);
    const ran = await at.wrp("eval", "x.parquet", "--store", ":memory:", "--resamples", "200", "--json", "-q");
    expect(ran.json().workload.prompts, ran.stderr).toBe(20);
  });

  test("what is odd but says what it means is read: BOM, CRLF, CR, NaN in a table, ids that repeat, one row", async () => {
    const read = async (name: string, content: string, ...args: string[]) => {
      at.put(name, content);
      const ran = await at.inside("eval", name, ...args, "--store", ":memory:", "--resamples", "200", "--json", "-q");
      expect(ran.code, ran.stderr).toBe(0);
      return ran.json();
    };
    for (const text of [`\ufeff${good}`, good.replaceAll("\n", "\r\n"), `\n\n${good}\n`, good.trimEnd()]) expect((await read("odd.jsonl", text)).workload.prompts).toBe(20);
    for (const ends of ["\n", "\r\n", "\r"]) expect((await read("odd.csv", `\ufeff${table("NaN")}`.replaceAll("\n", ends), ...MAP)).workload).toMatchObject({ read: 2, prompts: 1, missing: 1 });
    expect((await read("odd.jsonl", line('{"quality":1}').repeat(3).replaceAll("{\"prompt\"", '{"id":"same","prompt"'))).warnings.join()).toContain("rows are never merged by id");
    expect((await read("odd.jsonl", line('{"quality":1}'))).workload.prompts).toBe(1);
  });

  test("a model, a fact and a column may be named __proto__ or constructor, and come back from an import", async () => {
    const odd = { ["__proto__"]: { quality: 1, costUsd: 0.1 }, constructor: { quality: 0.5 }, toString: { quality: 0 } };
    at.put("proto.jsonl", rows.map((row) => `{"id":"${row.id}","prompt":${JSON.stringify(row.prompt)},"meta":{"__proto__":"x","constructor":1},"outcomes":${JSON.stringify(odd)}}\n`).join(""));
    at.put("proto.csv", `prompt,__proto__,constructor\n${rows.map((row) => `"${row.prompt}",1,0.5\n`).join("")}`);
    expect((await at.inside("import", "proto.jsonl", "-o", "again.jsonl", "-q")).code).toBe(0);
    expect(at.read("again.jsonl")).toContain('"meta":{"__proto__":"x","constructor":1}');
    for (const args of [["proto.jsonl"], ["again.jsonl"], ["proto.csv", "--map", "prompt=prompt,quality.__proto__=__proto__,quality.constructor=constructor,meta.__proto__=constructor"]]) {
      const ran = await at.inside("eval", ...args, "--store", ":memory:", "--resamples", "200", "--json", "-q");
      expect(ran.code, ran.stderr).toBe(0);
      expect([policy(ran.json(), "__proto__").quality.mean, policy(ran.json(), "constructor").quality.mean]).toEqual([1, 0.5]);
    }
    const where = await at.inside("eval", "proto.jsonl", "--where", "meta.constructor == 1.0", "--store", ":memory:", "--resamples", "200", "--json", "-q");
    expect(where.json().workload.prompts, where.stderr).toBe(20);
  });

  test.each<[string, string, string, string, string[], RegExp]>([
    ["a line", "huge.jsonl", good + '{"prompt":"', '"}\n', [], /huge\.jsonl:21: a line is longer than 64 MiB/],
    ["a cell", "huge.csv", `${table("1")}"`, '",1,1\n', MAP, /huge\.csv:4: a record is longer than 64 MiB/],
    ["a member of an object", "huge.json", '[\n{"prompt":"', '"}]', [], /huge\.json:2: an object is longer than 64 MiB/],
    ["a quote never closed, with lines", "huge.csv", `${table("1")}"`, "\n1,2\n", MAP, /huge\.csv:4: a record is longer than 64 MiB/],
    ["a line of a list to leave out", "huge.txt", "one\n", "\n", [], /huge\.txt: a line is longer than 64 MiB/],
  ])("100 MB: %s", async (_, name, before, after, args, message) => {
    const file = openSync(join(at.path, name), "w");
    writeSync(file, before);
    for (let i = 0; i < 100; i++) writeSync(file, "x".repeat(1_000_000));
    writeSync(file, after);
    closeSync(file);
    refused(await at.inside(...(name.endsWith(".txt") ? ["eval", "desk.jsonl", "--exclude", name] : ["eval", name, ...args]), "--store", ":memory:", "-q"), message);
    truncateSync(join(at.path, name));
  }, 120_000);

  test("what is no regular file, or not there", async () => {
    mkdirSync(join(at.path, "folder.jsonl"), { recursive: true });
    symlinkSync("nowhere.jsonl", join(at.path, "dangling.jsonl"));
    symlinkSync("loop.jsonl", join(at.path, "loop.jsonl"));
    execFileSync("mkfifo", [join(at.path, "pipe.jsonl")]);
    await refusedBoth(["folder.jsonl"], /no data files in folder "folder\.jsonl"/, "data files end in");
    await refusedBoth(["desk.jsonl/x.jsonl"], /no such file or folder: "desk\.jsonl\/x\.jsonl"/);
    await refusedBoth(["dangling.jsonl"], /"dangling\.jsonl" is a link to a file that does not exist: "nowhere\.jsonl"/);
    await refusedBoth(["loop.jsonl"], /"loop\.jsonl" cannot be read \(its links go round in a circle\)/);
    await refusedBoth(["pipe.jsonl"], /"pipe\.jsonl" is no regular file/, "save it to a file first");
    await refusedBoth(["desk.jsonl", "--exclude", "pipe.jsonl"], /is no regular file/);
    await refusedBoth(["desk.jsonl", "--exclude", "folder.jsonl"], /is a folder, not a file/);
    await refusedBoth(["*.nothing"], /no file matches "\*\.nothing"/);
  });

  test.skipIf(root)("a file without permission to read", async () => {
    at.put("secret.jsonl", good);
    chmodSync(join(at.path, "secret.jsonl"), 0);
    await refusedBoth(["secret.jsonl"], /secret\.jsonl: cannot be read: permission denied/, "chmod");
  });

  test("a thousand files at once, and the one among them that is bad", async () => {
    for (let i = 0; i < 1000; i++) at.put(`many/${String(i).padStart(4, "0")}.jsonl`, line(`{"quality":${i % 2}}`).replace('"q"', `"q${i}"`));
    const ran = await at.inside("eval", "many", "--store", ":memory:", "--resamples", "200", "--json", "-q");
    expect(ran.json().workload.prompts, ran.stderr).toBe(1000);
    at.put("many/0500.jsonl", `${line('{"quality":1}')}{"prompt": \n`);
    await refusedBoth(["many"], /many\/0500\.jsonl:2: not valid JSON/);
  }, 120_000);
});

describe("config", () => {
  const bomb = Array.from({ length: 12 }, (_, i) => `a${i}: &a${i} [${(i === 0 ? "lol" : `*a${i - 1}`).concat(",").repeat(10)}]\n`).join("");
  test.each<[string, string | Uint8Array, RegExp]>([
    ["a negative price", "models:\n  - name: wren\n    price: {inputUsdPer1M: -1, outputUsdPer1M: 2}\n", /wrp\.yaml:3: .*\(got -1\)|wrp\.yaml:3: .*price/],
    ["aliases that explode", bomb, /wrp\.yaml: its aliases unfold to more than a config can hold/],
    ["an alias of nothing", "name: *nobody\n", /wrp\.yaml(:1)?: .*alias/i],
    ["10 MB", `name: ${"x".repeat(10_000_000)}\n`, /wrp\.yaml: is too large: 10000007 bytes \(at most 4194304\)/],
    ["brackets 10,000 deep", `name: ${"[".repeat(10_000)}`, /wrp\.yaml/],
    ["tabs", "models:\n\t- name: wren\n", /wrp\.yaml:2: Tabs are not allowed as indentation/],
    ["a key twice", "name: a\nseed: 1\nname: b\n", /wrp\.yaml:3: Map keys must be unique/],
    ["unknown keys by the thousand", Array.from({ length: 1000 }, (_, i) => `models${i}: []\n`).join(""), /wrp\.yaml:1: unknown key/],
    ["a thousand mistakes", `models:\n${"  - nam: wren\n".repeat(1000)}`, /wrp\.yaml:2: /],
    ["UTF-16", Buffer.from("\ufeffname: a\n", "utf16le"), /wrp\.yaml:1: this is UTF-16 text/],
    ["latin-1", Buffer.from("seed: 1\nname: caf\xe9\n", "latin1"), /wrp\.yaml:2: not UTF-8 text/],
    ["NUL bytes", "seed: 1\nname: a\0b\n", /wrp\.yaml:2: a NUL byte/],
    ["NaN", "margins: {quality: .nan}\n", /wrp\.yaml:1: "margins\.quality"/],
  ])("%s", async (_, yaml, message) => {
    at.put("own/wrp.yaml", yaml);
    refused(await at.inside("eval", "desk.jsonl", "-c", "own/wrp.yaml", "--store", ":memory:", "-q"), message);
  });

  test("a folder, a pipe, a link to nothing", async () => {
    const own = folder({ "desk.jsonl": good });
    mkdirSync(join(own.path, "folder.yaml"));
    execFileSync("mkfifo", [join(own.path, "pipe.yaml")]);
    symlinkSync("nowhere.yaml", join(own.path, "wrp.yaml"));
    refused(await own.inside("eval", "desk.jsonl", "-c", "folder.yaml"), /folder\.yaml: is a folder, not a file/);
    refused(await own.inside("eval", "desk.jsonl", "-c", "pipe.yaml"), /pipe\.yaml: is no regular file/);
    refused(await own.inside("eval", "desk.jsonl"), /wrp\.yaml: no such file/);
    refused(await own.inside("eval", "desk.jsonl", "-c", "desk.jsonl"), /desk\.jsonl:/);
  });

  test("an unpriced model leaves cost a gap, and says so", async () => {
    at.put("unpriced.jsonl", jsonl(rows.map(({ prompt }) => ({ prompt, outcomes: { a: { quality: 1, inputTokens: 3, outputTokens: 2 }, b: { quality: 0, costUsd: 0.1 } } }))));
    const ran = await at.inside("eval", "unpriced.jsonl", "--store", ":memory:", "--resamples", "200", "--json", "-q");
    expect(policy(ran.json(), "a").costUsdPer1k, ran.stderr).toBeNull();
  });

  test("a condition that fails on a prompt is told with that prompt and the line that it stands on", async () => {
    at.put("own/wrp.yaml", "policies:\n  - kind: rules\n    default: wren\n    rules:\n      - { when: 'prompt.tags.size() > 100', model: wren }\n      - { when: 'prompt.id + 1 == 2', model: wren }\n");
    refused(await at.inside("eval", "desk.jsonl", "-c", "own/wrp.yaml", "--store", ":memory:", "-q"), new RegExp(`^error: own/wrp\\.yaml:6: CEL expression "prompt\\.id \\+ 1 == 2" on prompt ${rows[0]?.id}: `));
    at.put("own/wrp.yaml", "name: x\n\nwhere: 'prompt.id'\n");
    refused(await at.inside("eval", "desk.jsonl", "-c", "own/wrp.yaml", "--store", ":memory:", "-q"), new RegExp(`own/wrp\\.yaml:3: CEL expression "prompt\\.id" on prompt ${rows[0]?.id}: must be true or false \\(got a string\\)`), "compare with something");
    refused(await at.inside("eval", "desk.jsonl", "--where", "prompt.id", "--store", ":memory:", "-q"), /^error: CEL expression/);
  });
});

describe("baseline, chats, lists to leave out", () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ["empty", "", /b\.jsonl:1: not a line of a baseline file/],
    ["not JSON", "hello\n", /b\.jsonl:1: not a line of a baseline file/],
    ["another file", good, /b\.jsonl:1: not a line of a baseline file \(wrp: /],
    ["UTF-16", Buffer.from("\ufeff{}", "utf16le"), /b\.jsonl:1: this is UTF-16 text/],
    ["a NUL byte", '{"wrp":"baseline"}\n\0', /b\.jsonl:2: a NUL byte/],
    ["deep", nested("[", "]"), /b\.jsonl:1: not a line of a baseline file/],
  ])("a baseline: %s", async (_, content, message) => {
    at.put("b.jsonl", content);
    refused(await at.inside("eval", "desk.jsonl", "--gate", "quality >= baseline", "--baseline", "b.jsonl", "--store", ":memory:", "-q"), message);
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    ["empty", "", /chat\.json:1: is not JSON/],
    ["cut off", '[\n{"role": "user",\n"content": "x"\n', /chat\.json:\d: is not JSON/],
    ["no list", '{"a": 1}', /chat\.json: is no chat/],
    ["an empty list", "[]", /chat\.json: is no chat/],
    ["no text", '[{"role": "user", "content": 7}]', /chat\.json: is no chat: message 0\.content: /],
    ["deep", nested("[", "]"), /chat\.json: is no chat/],
    ["latin-1", Buffer.from('[{"role": "user",\n"content": "\xe9"}]', "latin1"), /chat\.json:2: not UTF-8 text/],
  ])("a chat: %s", async (_, content, message) => {
    at.put("chat.json", content);
    refused(await at.inside("route", "--messages", "chat.json"), message);
  });

  test("a folder, a pipe and nothing in place of a chat or a baseline", async () => {
    const own = folder({ "desk.jsonl": good });
    execFileSync("mkfifo", [join(own.path, "pipe")]);
    mkdirSync(join(own.path, "dir"));
    for (const [name, message] of [["pipe", /pipe: is no regular file/], ["dir", /dir: is a folder, not a file/]] as const) {
      refused(await own.inside("route", "--messages", name), message);
      refused(await own.inside("eval", "desk.jsonl", "--gate", "quality >= baseline", "--baseline", name), message);
    }
    refused(await own.inside("route", "--messages", "gone"), /gone: no such file/);
  });

  test("a list without a known column, and one that is no text", async () => {
    at.put("list.json", '[{"a": 1}]');
    refused(await at.inside("eval", "desk.jsonl", "--exclude", "list.json", "--store", ":memory:"), /list\.json: none of its columns holds prompts to exclude: a/, "the column must be named");
    at.put("list.txt", Buffer.from("\ufeffone\ntwo\n", "utf16le"));
    refused(await at.inside("eval", "desk.jsonl", "--exclude", "list.txt", "--store", ":memory:"), /list\.txt:1: this is UTF-16 text/);
  });
});

describe("stores", () => {
  const stored = async () => {
    const own = folder({ "desk.jsonl": good });
    expect((await own.inside("eval", "desk.jsonl", "--resamples", "200", "-q")).code).toBe(0);
    return { own, file: join(own.path, ".wrp/wrp.db") };
  };

  test("bad input leaves the store as it was: it opens, and has the run", async () => {
    const { own } = await stored();
    const before = (await own.inside("report", "--json", "-q")).stdout;
    own.put("bad.jsonl", `${good}{"prompt": 7}\n`);
    own.put("bad.jsonl.gz", packed.subarray(0, packed.length - 100));
    for (const name of ["bad.jsonl", "bad.jsonl.gz"]) refused(await own.inside("eval", name), /bad\.jsonl/);
    expect((await own.inside("report", "--json", "-q")).stdout).toBe(before);
    const again = await own.inside("eval", "desk.jsonl", "--resamples", "200", "--json", "-q");
    expect(again.json().timing.reused.report).toBe(true);
  });

  test("written by a newer wrp, by another program, cut short, no database: refused, and not changed", async () => {
    const cases: [(file: string) => void, RegExp][] = [
      [(file) => change(file, "INSERT INTO kysely_migration VALUES ('9999-from-the-future', '2099-01-01')"), /wrp\.db: the store was written by a newer wrp \(it has 9999-from-the-future\)/],
      [(file) => change(file, "PRAGMA application_id = 7"), /wrp\.db: not a wrp store: an SQLite database of another program/],
      [(file) => truncateSync(file, Math.floor(statSync(file).size / 2)), /wrp\.db: the store is damaged/],
      [(file) => writeFileSync(file, "not a database, but long enough to be looked at as one\n".repeat(10)), /wrp\.db: not a wrp store: the file is not an SQLite database/],
    ];
    for (const [spoil, message] of cases) {
      const { own, file } = await stored();
      spoil(file);
      const before = readFileSync(file);
      for (const args of [["eval", "desk.jsonl"], ["report"]]) refused(await own.inside(...args), message, /--store|move it away/);
      expect(readFileSync(file).equals(before)).toBe(true);
    }
  });

  test("in a place that cannot hold one", async () => {
    const own = folder({ "desk.jsonl": good });
    refused(await own.inside("eval", "desk.jsonl", "--store", "desk.jsonl/wrp.db"), /the store's folder cannot be written/, "--store");
    refused(await own.inside("report", "--store", "nowhere/wrp.db"), /nowhere\/wrp\.db: no such store/);
    symlinkSync("gone/away.db", join(own.path, "dangling.db"));
    refused(await own.inside("eval", "desk.jsonl", "--store", "dangling.db"), /dangling\.db: the store cannot be opened/);
    execFileSync("mkfifo", [join(own.path, "pipe.db")]);
    refused(await own.inside("eval", "desk.jsonl", "--store", "pipe.db"), /pipe\.db: the store is no regular file/);
  });

  test.skipIf(root)("read-only, and in a folder that is", async () => {
    const { own, file } = await stored();
    chmodSync(file, 0o444);
    refused(await own.inside("eval", "desk.jsonl"), /the store cannot be written/, "writable");
    chmodSync(file, 0o644);
    chmodSync(join(own.path, ".wrp"), 0o555);
    refused(await own.inside("eval", "desk.jsonl"), /cannot be written/, "writable");
    chmodSync(join(own.path, ".wrp"), 0o755);
    expect((await own.inside("report", "-q")).code).toBe(0);
  });
});

function change(file: string, sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.pragma("journal_mode = DELETE");
  db.close();
}

/** A disk of `size` bytes, where this process may mount one; null elsewhere. */
const mounted: string[] = [];
function smallDisk(path: string, size: string, options = ""): boolean {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}${options}`, "tmpfs", path], { stdio: "ignore" });
  } catch {
    return false;
  }
  mounted.push(path);
  return true;
}
afterAll(() => {
  for (const path of mounted) execFileSync("umount", [path]);
});

const canMount = smallDisk(join(folder().path, "try"), "64k");

describe.skipIf(!canMount)("a full disk (needs to mount one)", () => {
  test("what stood in the file stays, whatever was to be written", async () => {
    const own = folder({ "desk.jsonl": jsonl(desk(300)) });
    smallDisk(join(own.path, "disk"), "16k");
    for (const [name, args] of [["disk/report.html", ["eval", "desk.jsonl"]], ["disk/out.jsonl", ["import", "desk.jsonl"]]] as const) {
      own.put(name, "what stood there\n");
      refused(await own.inside(...args, "-o", name, "-q", ...(args[0] === "eval" ? ["--json"] : [])).then((ran) => ({ ...ran, stdout: "" })), /cannot be written.*(the disk is full|ENOSPC)/);
      expect(own.read(name)).toBe("what stood there\n");
      expect(readdirSync(join(own.path, "disk")).filter((file) => /part/.test(file))).toEqual([]);
    }
  });

  test("the store stops, says so, and still opens with what it had", async () => {
    const own = folder({ "desk.jsonl": good, "large.jsonl": jsonl(desk(4000).map((row, i) => ({ ...row, prompt: `${i} ${"x".repeat(500)}` }))) });
    smallDisk(join(own.path, "disk"), "1m");
    const store = ["--store", "disk/wrp.db", "--resamples", "200"];
    expect((await own.inside("eval", "desk.jsonl", ...store, "-q")).code).toBe(0);
    refused(await own.inside("eval", "large.jsonl", ...store), /disk\/wrp\.db: (the disk is full|reading or writing the store failed)/);
    const report = await own.inside("report", "--store", "disk/wrp.db", "--json", "-q");
    expect(report.code, report.stderr).toBe(0);
    const db = new Database(join(own.path, "disk/wrp.db"));
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    db.close();
  });

  test("a store on a disk that is read-only", async () => {
    const own = folder({ "desk.jsonl": good });
    smallDisk(join(own.path, "disk"), "64k", ",ro");
    refused(await own.inside("eval", "desk.jsonl", "--store", "disk/wrp.db"), /cannot be (written|opened)/, "--store");
  });
});

describe("files to write", () => {
  test("data that is itself the output, also by another name", async () => {
    const own = folder({ "desk.jsonl": good });
    symlinkSync("desk.jsonl", join(own.path, "other.jsonl"));
    for (const name of ["desk.jsonl", "./desk.jsonl", "other.jsonl"]) {
      refused(await own.inside("import", "desk.jsonl", "-o", name), /is an input: it would be written over/);
      refused(await own.inside("eval", "desk.jsonl", "-o", name, "--store", ":memory:"), /is an input: it would be written over/);
    }
    expect(own.read("desk.jsonl")).toBe(good);
  });
});
