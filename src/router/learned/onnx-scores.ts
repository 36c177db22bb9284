import { outputOf } from "../../lib/onnx-output.ts";
import type { OnnxSession, OnnxTensor, OnnxValue } from "../../lib/onnx.ts";
import { WrpError } from "../../model/errors.ts";
import { sigmoid } from "../../stats/linear-heads.ts";
import { factOf } from "../facts.ts";
import { factColumn } from "./facts.ts";
import type { Asked } from "./learned.ts";

/** What the vector of a prompt's text is called among what inputs are given. */
export const VECTOR = "vector";
/** Prompts that a model sees at a time, where it leaves that open. */
const BATCH = 256;
/** Probabilities this far outside [0,1] are rounding. */
const ROUNDING = 1e-5;

/** What of a policy's spec says how its file scores. */
export interface ScoreSpec {
  readonly models: readonly string[];
  readonly inputs?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly output?: string | undefined;
  readonly score: "probability" | "logit";
}

/** [model][prompt] expected grades; NaN where the file gives NaN, as it may for a prompt that lacks a fact. Rejects with WrpError. */
export type Scorer = (asked: Asked) => Promise<Float64Array[]>;

/** What an input is given, side by side: the vector or facts by their full names. */
interface Fed {
  readonly input: OnnxValue;
  readonly parts: readonly string[];
}

/** How a file scores prompts. Throws WrpError, naming the file and what does not fit, where it cannot be fed or has no such scores. */
export function scorerOf(session: OnnxSession, { models, inputs, output: name, score }: ScoreSpec): Scorer {
  const place = { file: session.name };
  const fed = feedsOf(session, inputs);
  const bad = (message: string, hint?: string) => new WrpError(message, { place, code: "bad-model", ...(hint === undefined ? {} : { hint }) });
  if (name !== undefined && !session.outputs.some((one) => one.name === name)) throw bad(`the model has no output ${name}`, `it has ${session.outputs.map((one) => one.name).join(", ")}`);
  const output = outputOf(session, name === undefined ? [] : [name], models.length === 1 ? [1, 2] : [2]);
  const width = output.shape.length === 2 ? output.shape[1] : 1;
  if (typeof width === "number" && width !== models.length) throw bad(`the model's output ${output.name} has the shape [${output.shape.join(", ")}], and ${models.length} models are given: ${models.join(", ")}`);
  const batch = fed.some(({ input }) => input.shape[0] === 1) ? 1 : BATCH;

  return async (asked) => {
    const { count } = asked.rows;
    const scores = models.map(() => new Float64Array(count));
    for (const { input, parts } of fed) checkWidth(input, parts, asked.rows.width);
    for (let from = 0; from < count; from += batch) {
      const to = Math.min(count, from + batch);
      const results = await session.run(Object.fromEntries(fed.map(({ input, parts }) => [input.name, sideBySide(parts, asked, from, to)])), [output.name]);
      const { dims, data } = results[output.name] as OnnxTensor;
      if (data.length !== (to - from) * models.length || dims[0] !== to - from) throw bad(`the model's output ${output.name} came with the shape [${dims.join(", ")}], for ${to - from} prompts and ${models.length} models`);
      for (let i = from, k = 0; i < to; i++) for (const column of scores) column[i] = gradeOf(Number(data[k++]));
    }
    return scores;
  };

  function gradeOf(value: number): number {
    if (score === "logit") return sigmoid(value);
    if (value < -ROUNDING || value > 1 + ROUNDING) throw bad(`the model's output ${output.name} has the score ${value}, which is no probability`, "score: logit, where it is the logit of one");
    return Math.min(1, Math.max(0, value));
  }

  function checkWidth({ name: input, shape }: OnnxValue, parts: readonly string[], vector: number): void {
    const given = widthOf(parts, vector);
    if (typeof shape[1] === "number" && shape[1] !== given) throw bad(`the model's input ${input} has the shape [${shape.join(", ")}], and it is given ${given} numbers a prompt: ${parts.map((part) => (part === VECTOR ? `the vector (${vector})` : part)).join(", ")}`);
  }
}

/** The facts that a spec's inputs are given, by the names that stand there. */
export function factsFed(inputs: ScoreSpec["inputs"]): string[] {
  return Object.values(inputs ?? {}).flat().filter((part) => part !== VECTOR);
}

function feedsOf({ name: file, inputs }: OnnxSession, given: ScoreSpec["inputs"]): Fed[] {
  const bad = (message: string, hint: string) => new WrpError(message, { place: { file }, hint, code: "bad-model" });
  const names = inputs.map(({ name }) => name);
  if (!given && inputs.length !== 1) throw bad(`the model has the inputs ${names.join(", ")}, and nothing says what each is given`, `inputs: {${names.map((name) => `${name}: vector`).join(", ")}}`);
  const unknown = Object.keys(given ?? {}).find((name) => !names.includes(name));
  if (unknown !== undefined) throw bad(`the model has no input ${unknown}`, `it has ${names.join(", ")}`);
  return inputs.map((input) => {
    const { name, type, shape } = input;
    const parts = given ? given[name] : VECTOR;
    if (parts === undefined) throw bad(`nothing says what the model's input ${name} is given`, `inputs: {${name}: vector}`);
    if (type !== "float32") throw bad(`the model's input ${name} is ${type ?? "no tensor"}, not float32`, "export it with float32 inputs: vectors and facts are numbers");
    if (shape.length !== 2) throw bad(`the model's input ${name} has the shape [${shape.join(", ")}]: 2 axes were expected`, "a row of numbers for each prompt");
    if (typeof shape[0] === "number" && shape[0] !== 1) throw bad(`the model's input ${name} has the shape [${shape.join(", ")}]: it takes ${shape[0]} prompts at a time`, "export it with a free first axis, or with 1");
    return { input, parts: [parts].flat().map((part) => (part === VECTOR ? part : factOf(part, { file }).name)) };
  });
}

function widthOf(parts: readonly string[], vector: number): number {
  return parts.reduce((sum, part) => sum + (part === VECTOR ? vector : 1), 0);
}

/** Rows of what an input is given, of the prompts from `from` up to `to`. */
function sideBySide(parts: readonly string[], asked: Asked, from: number, to: number): OnnxTensor {
  const { width: vector, data: vectors } = asked.rows;
  const width = widthOf(parts, vector);
  const data = new Float32Array((to - from) * width);
  let at = 0;
  for (const part of parts) {
    const column = part === VECTOR ? null : factColumn(asked, part);
    for (let i = from; i < to; i++) {
      const k = (i - from) * width + at;
      if (column) data[k] = column[i] as number;
      else data.set(vectors.subarray(i * vector, (i + 1) * vector), k);
    }
    at += column ? 1 : vector;
  }
  return { type: "float32", dims: [to - from, width], data };
}
