import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { DatasetRow } from "../../src/model/dataset-row.ts";

/**
 * The sources of datasets/mixed.jsonl: one YAML file a domain, and the documents that prompts quote. Beside each prompt stands what its
 * reference is checked by (a calculation, a solution, right and wrong answers); that is for the tests and does not ship.
 */

const FOLDER = import.meta.dirname;

export const GRADERS = [
  "exact",
  "normalized-exact",
  "multiple-choice",
  "numeric",
  "contains",
  "regex",
  "json",
  "json-schema",
  "token-f1",
  "rouge-l",
  "code",
  "refusal",
  "judge",
] as const;

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** What a file, a session or a prompt can state; the innermost one wins, tags and facts add up. */
const common = {
  grader: z.enum(GRADERS).optional(),
  /** BCP-47, of what the user writes */
  language: z.string().optional(),
  difficulty: z.enum(["easy", "medium", "hard"]).optional(),
  /** how much a good answer writes: a word or a line, a paragraph or two, more */
  answerLength: z.enum(["short", "medium", "long"]).optional(),
  system: z.string().optional(),
  tags: z.array(z.string()).optional(),
  meta: facts.optional(),
};

const asked = {
  ...common,
  reference: z.string().optional(),
  /** the JSON Schema that the prompt states at {{schema}}; the reference of json-schema */
  schema: z.string().optional(),
  /** every made-up personal datum in the text, by kind */
  pii: z.record(z.string(), z.array(z.string()).min(1)).optional(),
  /** an expression in JavaScript that recomputes the reference */
  check: z.string().optional(),
  /** Python that passes the reference's assertions */
  solution: z.string().optional(),
  /** answers that the reference must accept, and refuse */
  right: z.array(z.string()).optional(),
  wrong: z.array(z.string()).optional(),
};

const singleSchema = z.strictObject({ ...asked, id: z.string(), prompt: z.string() });
const turnSchema = z.strictObject({ ...asked, user: z.string(), reply: z.string().optional() });
const sessionSchema = z.strictObject({ ...common, session: z.string(), turns: z.array(turnSchema).min(2) });
const fileSchema = z.strictObject({
  ...common,
  domain: z.string(),
  about: z.string(),
  prompts: z.array(singleSchema).default([]),
  sessions: z.array(sessionSchema).default([]),
});

type Common = z.infer<z.ZodObject<typeof common>>;
type Asked = z.infer<z.ZodObject<typeof asked>>;
type Message = { role: string; content: string };

/** A row that ships, and what its reference is checked by. */
export interface Entry {
  readonly row: DatasetRow & { id: string; dataset: string };
  readonly checks: Pick<Asked, "schema" | "pii" | "check" | "solution" | "right" | "wrong">;
}

export interface Domain {
  readonly name: string;
  readonly about: string;
  readonly entries: readonly Entry[];
}

/** All domains in the order of their file names. */
export function readSources(): Domain[] {
  const documents = readDocuments();
  return globSync(join(FOLDER, "*.yaml"))
    .sort()
    .map((path) => {
      const checked = fileSchema.safeParse(parse(readFileSync(path, "utf8")));
      if (!checked.success) throw new Error(`${basename(path)}: ${z.prettifyError(checked.error)}`);
      const { domain, about, prompts, sessions, ...rest } = checked.data;
      const entries = [
        ...prompts.map(({ id, prompt, ...own }) => entry(`${domain}/${id}`, domain, [...system(own, rest), user(prompt)], [rest, own], documents)),
        ...sessions.flatMap((session) => turns(session, domain, rest, documents)),
      ];
      return { name: domain, about, entries };
    });
}

/** The file that ships: one row a line. */
export function rowsOf(domains: readonly Domain[]): string {
  return domains.flatMap(({ entries }) => entries.map(({ row }) => `${JSON.stringify(row)}\n`)).join("");
}

function turns({ session, turns: asks, ...shared }: z.infer<typeof sessionSchema>, domain: string, file: Common, documents: Map<string, string>): Entry[] {
  const said: Message[] = system(shared, file);
  return asks.map(({ user: text, reply, ...own }, turn) => {
    if ((reply === undefined) !== (turn === asks.length - 1)) throw new Error(`${session}: every turn but the last has a reply`);
    said.push(user(fill(text, documents, own.schema)));
    const { row, checks } = entry(`${domain}/${session}-${turn + 1}`, domain, [...said], [file, shared, own], documents);
    if (reply !== undefined) said.push({ role: "assistant", content: reply });
    return { row: { ...row, session, turn }, checks };
  });
}

function entry(id: string, dataset: string, messages: Message[], stated: readonly (Common & Asked)[], documents: Map<string, string>): Entry {
  const own = stated.at(-1) as Common & Asked;
  const all = Object.assign({}, ...stated.map((level) => ({ ...level }))) as Common & Asked;
  const grader = required(all.grader, `${id}: grader`);
  const filled = messages.map(({ role, content }) => ({ role, content: fill(content, documents, own.schema) }));
  const kinds = Object.entries(own.pii ?? {});
  const quoted = messages.reduce((count, { content }) => count + [...content.matchAll(PLACE)].filter(([, name]) => name !== "schema").length, 0);
  const tags = [...new Set([...stated.flatMap((level) => level.tags ?? []), ...(kinds.length > 0 ? ["pii"] : [])])];
  const row: Entry["row"] = {
    id,
    dataset,
    ...(filled.length === 1 ? { prompt: (filled[0] as Message).content } : { messages: filled }),
    reference: required(grader === "json-schema" ? own.schema : all.reference, `${id}: reference`),
    grader,
    ...(tags.length > 0 ? { tags } : {}),
    meta: {
      language: required(all.language, `${id}: language`),
      difficulty: required(all.difficulty, `${id}: difficulty`),
      answerLength: required(all.answerLength, `${id}: answerLength`),
      ...Object.assign({}, ...stated.map((level) => level.meta)),
      documents: quoted,
      ...(kinds.length > 0 ? { pii: kinds.map(([kind]) => kind).join(" "), piiEntities: kinds.reduce((sum, [, found]) => sum + found.length, 0) } : {}),
    },
  };
  const { schema, pii, check, solution, right, wrong } = own;
  return { row, checks: { schema, pii, check, solution, right, wrong } };
}

const PLACE = /\{\{([a-z0-9-]+)\}\}/g;

/** {{schema}} and {{name of a document}} become their texts. */
function fill(text: string, documents: Map<string, string>, schema: string | undefined): string {
  return text.replaceAll(PLACE, (_, name: string) => required(name === "schema" ? schema?.trim() : documents.get(name), `{{${name}}}`));
}

function system(own: Common, file: Common): Message[] {
  const content = own.system ?? file.system;
  return content === undefined ? [] : [{ role: "system", content }];
}

const user = (content: string): Message => ({ role: "user", content });

function readDocuments(): Map<string, string> {
  return new Map(globSync(join(FOLDER, "documents/*")).map((path) => [basename(path).replace(/\.[a-z]+$/, ""), readFileSync(path, "utf8").trim()]));
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is missing`);
  return value;
}
