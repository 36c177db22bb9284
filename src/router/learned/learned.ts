import type { OnnxSession } from "../../lib/onnx.ts";
import type { Tensors } from "../../model/tensor.ts";
import type { Random } from "../../stats/random.ts";
import type { RowProducts, Rows } from "../../stats/rows.ts";

/** What is expected of each model on each of some prompts; NaN where nothing tells. */
export interface Estimates {
  /** [model][prompt] in [0,1] */
  readonly quality: readonly Float64Array[];
  /** [model][prompt] USD of a call. */
  readonly costUsd: readonly Float64Array[];
}

/** What is known of some prompts before any model has answered them. */
export interface Asked {
  /** The vectors of their texts, each of length 1. */
  readonly rows: Rows;
  /** Numeric facts by name (`prompt.lengthCodePoints`, `meta.x`), one a prompt; NaN is a gap. */
  readonly facts: ReadonlyMap<string, Float64Array>;
}

/** Prompts with known outcomes, in workload order: what a learned policy is fitted on. */
export interface Training extends Asked {
  /** [model][prompt] grade in [0,1]; NaN is a gap. */
  readonly quality: readonly Float64Array[];
  /** [model][prompt] USD of the call; NaN is a gap. */
  readonly costUsd: readonly Float64Array[];
  /** [prompt] whom it belongs to, from 0: duplicates and turns of a session, which no split within the training may part. */
  readonly cluster: Int32Array;
}

/** What fitting and estimating are lent: they make no numbers of their own. */
export interface FitTools {
  /** Rejects where the user has interrupted. */
  readonly products: RowProducts;
  readonly random: Random;
  /** The models that policies decide by, opened, by the hashes of their files. */
  readonly opened?: ReadonlyMap<string, OnnxSession>;
}

/** What estimating is lent. */
export type EstimateTools = Omit<FitTools, "random">;

/** How a learned policy is fitted and decides. It never sees an outcome of a prompt that it decides. */
export interface Learned {
  /** What its estimates hang on besides the training, as JSON-able data: policies that agree in it share them. */
  readonly estimator: { readonly kind: string } & Readonly<Record<string, unknown>>;
  /** All that estimates are made from, as numbers, so that it can be kept in a file. Of at least one prompt. */
  fit(training: Training, tools: FitTools): Promise<Tensors>;
  /** Models in the order of the training's. Throws WrpError where `fitted` is not of this kind, or of vectors of another width. */
  estimate(fitted: Tensors, asked: Asked, tools: EstimateTools): Promise<Estimates>;
  /** A setting that was chosen while fitting, and its value; null or absent where none is. */
  searched?(fitted: Tensors): { readonly setting: string; readonly value: number } | null;
  /** True where its qualities rank models but expect no grade: nothing of them can be calibrated. */
  readonly scores?: true;
  /** What a report should warn of where it is fitted on as few prompts as this. */
  remarks(prompts: number): string[];
  /** The model of each prompt, an index into `models`; -1 where no estimate tells. */
  choose(models: readonly string[], estimates: Estimates): Int32Array;
  /** What it weighs cost by, so that it is a curve and not a point; absent where it weighs none. */
  readonly knob?: Knob;
}

/** A number that cost is weighed by: at each value the policy chooses otherwise. */
export interface Knob {
  readonly name: "lambda" | "alpha";
  readonly unit: string;
  /** The policy's: `choose` is `chooseAt` this. */
  readonly own: number;
  /** What a larger value makes of its choice. */
  readonly larger: "cheaper" | "dearer";
  /** Quality and cost as they are weighed: the choice is that of highest quality - rate · cost of these. */
  weighed(estimates: Estimates): Estimates;
  /** Its value at a rate, 0 or more. */
  valueAt(rate: number): number;
  /** @param weighed what `weighed` gives */
  chooseAt(value: number, models: readonly string[], weighed: Estimates): Int32Array;
}
