import { adam } from "./adam.ts";
import { shuffled, type Random } from "./random.ts";
import { rowsAt, type RowProducts, type Rows } from "./rows.ts";
import { meanLoss, networkOf, parametersIn, partsOf, type OutputLoss, type Shape, type TwoLayer } from "./two-layer.ts";

/** Rows of a batch: twice as many where there are many rows, since a step takes as long as the products of a small batch. */
const [BATCH, LARGE_BATCH, MANY_ROWS] = [64, 128, 4096];
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
  const slopes = partsOf(gradient, shape);
  const batch = rows.count < MANY_ROWS ? BATCH : LARGE_BATCH;
  let best = { loss: Infinity, at, epoch: 0 };
  for (let epoch = 1; epoch <= (held.length > 0 ? MOST_EPOCHS : UNWATCHED_EPOCHS); epoch++) {
    const deal = shuffled(taught.length, random.fork(epoch));
    for (let from = 0; from < taught.length; from += batch) {
      const places = Array.from(deal.slice(from, from + batch), (k) => taught[k] as number);
      await meanLoss(at, shape, rowsAt(rows, places), places, loss, products, gradient);
      shrink(own.hidden, slopes.hidden, decay);
      shrink(own.outputs, slopes.outputs, decay);
      step(at, gradient);
    }
    if (held.length === 0) continue;
    const now = await meanLoss(at, shape, heldRows, held, loss, products, null);
    if (now < best.loss) best = { loss: now, at: at.slice(), epoch };
    else if (epoch - best.epoch >= PATIENCE) break;
  }
  return networkOf(best.at, shape);
}

/** Adds the slope of decay/2 times the squared weights. */
function shrink(weights: Float64Array, slopes: Float64Array, decay: number): void {
  for (let k = 0; k < weights.length; k++) slopes[k] = (slopes[k] as number) + decay * (weights[k] as number);
}

/** Evenly between ± most. */
function fill(values: Float64Array, most: number, random: Random): void {
  for (let k = 0; k < values.length; k++) values[k] = most * (2 * random.next() - 1);
}
