import { adam } from "./adam.ts";
import { shuffled, type Random } from "./random.ts";
import { rowsAt, type RowProducts, type Rows } from "./rows.ts";
import { meanLoss, networkOf, parametersIn, partsOf, type OutputLoss, type Shape, type TwoLayer } from "./two-layer.ts";

const BATCH = 64;
const MOST_EPOCHS = 60;
/** Epochs without a gain on the rows held back, after which it ends. */
const PATIENCE = 4;
const HELD_BACK = 0.1;
/** With fewer rows none is held back, and so many epochs are walked. */
const [FEWEST_TO_HOLD_BACK, UNWATCHED_EPOCHS] = [100, 40];

/**
 * Fits a network by Adam on shuffled batches: the mean loss plus `decay`/2 times the squared weights. A tenth of the rows is held back, and
 * what lost least on them is kept. The same numbers for the same generator.
 *
 * @param start biases of the outputs to begin with
 * @param rate of Adam
 */
export async function trainTwoLayer(
  rows: Rows,
  shape: Shape,
  loss: OutputLoss,
  { start, decay, rate, products, random }: { readonly start: Float64Array; readonly decay: number; readonly rate: number; readonly products: RowProducts; readonly random: Random },
): Promise<TwoLayer> {
  const at = new Float64Array(parametersIn(shape));
  const own = partsOf(at, shape);
  fill(own.hidden, Math.sqrt(3), random.fork("hidden")); // vectors have length 1: units begin with variance 1
  fill(own.outputs, Math.sqrt(3 / shape.units), random.fork("outputs"));
  own.biases.set(start);

  const order = shuffled(rows.count, random.fork("held back"));
  const held = rows.count < FEWEST_TO_HOLD_BACK ? [] : order.slice(0, Math.floor(HELD_BACK * rows.count));
  const taught = order.slice(held.length);
  const heldRows = rowsAt(rows, held);
  const step = adam(at.length, rate);
  const gradient = new Float64Array(at.length);
  let best = { loss: Infinity, at, epoch: 0 };
  for (let epoch = 1; epoch <= (held.length > 0 ? MOST_EPOCHS : UNWATCHED_EPOCHS); epoch++) {
    const deal = shuffled(taught.length, random.fork(epoch));
    for (let from = 0; from < taught.length; from += BATCH) {
      const places = Array.from(deal.slice(from, from + BATCH), (k) => taught[k] as number);
      await meanLoss(at, shape, rowsAt(rows, places), places, loss, products, gradient);
      const [weights, slopes] = [partsOf(at, shape), partsOf(gradient, shape)];
      for (const part of ["hidden", "outputs"] as const) for (let k = 0; k < weights[part].length; k++) (slopes[part][k] as number) += decay * (weights[part][k] as number);
      step(at, gradient);
    }
    if (held.length === 0) continue;
    const now = await meanLoss(at, shape, heldRows, held, loss, products, null);
    if (now < best.loss) best = { loss: now, at: at.slice(), epoch };
    else if (epoch - best.epoch >= PATIENCE) break;
  }
  return networkOf(best.at, shape);
}

/** Evenly between ± most. */
function fill(values: Float64Array, most: number, random: Random): void {
  for (let k = 0; k < values.length; k++) values[k] = most * (2 * random.next() - 1);
}
