import * as z from "zod";
import { numberField } from "./kind.ts";

export const numericPredicate = z.object({ gt: numberField, gte: numberField, lt: numberField, lte: numberField }, { error: "must have gt, gte, lt or lte" }).nullish().transform((value) => value ?? null);

export type NumericPredicate = NonNullable<z.infer<typeof numericPredicate>>;

/** Whether a value keeps every bound that is set. */
export function holds({ gt, gte, lt, lte }: NumericPredicate, value: number): boolean {
  return (gt === null || value > gt) && (gte === null || value >= gte) && (lt === null || value < lt) && (lte === null || value <= lte);
}
