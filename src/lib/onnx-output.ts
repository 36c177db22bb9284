import { WrpError } from "../model/errors.ts";
import type { OnnxSession, OnnxValue } from "./onnx.ts";

/** The output of the first of these names that is there, or the only one. Throws WrpError where there is none, or it is not float32 with so many axes. */
export function outputOf({ name: file, outputs }: OnnxSession, names: readonly string[], axes: readonly number[]): OnnxValue {
  const place = { file };
  const output = names.map((name) => outputs.find((one) => one.name === name)).find((one) => one !== undefined) ?? (outputs.length === 1 ? outputs[0] : undefined);
  if (!output) throw new WrpError(`the model has no output ${names.join(" or ")}`, { hint: `it has ${outputs.map(({ name }) => name).join(", ")}`, place, code: "bad-model" });
  const { name, type, shape } = output;
  if (type !== "float32") throw new WrpError(`the model's output ${name} is ${type ?? "no tensor"}, not float32`, { hint: "export it with float32 outputs (weights may be of any kind)", place, code: "bad-model" });
  if (shape.length > 0 && !axes.includes(shape.length)) throw new WrpError(`the model's output ${name} has the shape [${shape.join(", ")}]: ${axes.join(" or ")} axes were expected`, { place, code: "bad-model" });
  return output;
}
