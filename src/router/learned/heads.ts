import { WrpError } from "../../model/errors.ts";
import type { LinearHeads } from "../../stats/linear-heads.ts";
import type { Tensors } from "../../model/tensor.ts";
import { columnsOf, rowsOf, tensorOf, tensorOfColumns } from "./tensors.ts";

/** Linear heads as tables whose names begin alike. */
export function tensorsOfHeads(name: string, { weights, biases }: LinearHeads): Tensors {
  return { [`${name}.weights`]: tensorOf(weights), [`${name}.biases`]: tensorOfColumns([biases]) };
}

/** Throws WrpError where there are none of this name, or they were fitted on vectors of another width. */
export function headsOf(tensors: Tensors, name: string, width: number): LinearHeads {
  const weights = rowsOf(tensors, `${name}.weights`, width);
  const [biases] = columnsOf(tensors, `${name}.biases`);
  if (biases?.length !== weights.count) throw new WrpError(`what was fitted does not fit together: ${weights.count} heads in "${name}.weights", ${biases?.length ?? 0} in "${name}.biases"`);
  return { weights, biases };
}
