import { WrpError } from "../../model/errors.ts";
import type { TwoLayer } from "../../stats/two-layer.ts";
import type { Tensors } from "../../model/tensor.ts";
import { columnsOf, rowsOf, tensorOf, tensorOfColumns } from "./tensors.ts";

/** A network as tables whose names begin alike. */
export function tensorsOfNetwork(name: string, { hidden, offsets, outputs, biases }: TwoLayer): Tensors {
  return { [`${name}.hidden`]: tensorOf(hidden), [`${name}.offsets`]: tensorOfColumns([offsets]), [`${name}.outputs`]: tensorOf(outputs), [`${name}.biases`]: tensorOfColumns([biases]) };
}

/** Throws WrpError where there is none of this name, or it was fitted on vectors of another width. */
export function networkIn(tensors: Tensors, name: string, width: number): TwoLayer {
  const hidden = rowsOf(tensors, `${name}.hidden`, width);
  const [offsets] = columnsOf(tensors, `${name}.offsets`) as [Float64Array];
  const outputs = rowsOf(tensors, `${name}.outputs`);
  const [biases] = columnsOf(tensors, `${name}.biases`) as [Float64Array];
  if (offsets.length !== hidden.count || outputs.width !== hidden.count || biases.length !== outputs.count) throw new WrpError(`what was fitted does not fit together: the tables of "${name}" are of other sizes`);
  return { hidden, offsets, outputs, biases };
}
