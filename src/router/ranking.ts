import type { ModelFigures } from "./policy.ts";

/** Means this close (relatively) are equal: the rest is the rounding of their sums, which depends on the order of rows. */
const TIE = 1e-9;

/** The model of lowest known cost; ties go to the better one, then to the first. Null where no model is priced. */
export function cheapestOf(models: readonly ModelFigures[]): ModelFigures | null {
  return first(models.filter((m) => !Number.isNaN(m.costUsdPer1k)), (a, b) => lower(a.costUsdPer1k, b.costUsdPer1k) || lower(b.quality, a.quality));
}

/** The model of highest known quality; ties go to the cheaper one, then to the first. Null where no model is graded. */
export function bestOf(models: readonly ModelFigures[]): ModelFigures | null {
  return first(models.filter((m) => !Number.isNaN(m.quality)), (a, b) => lower(b.quality, a.quality) || lower(a.costUsdPer1k, b.costUsdPer1k));
}

/** The model of lowest known quality; ties go to the first. */
export function worstOf(models: readonly ModelFigures[]): ModelFigures | null {
  return first(models.filter((m) => !Number.isNaN(m.quality)), (a, b) => lower(a.quality, b.quality));
}

/** The first model that no other comes before. */
function first(models: readonly ModelFigures[], before: (a: ModelFigures, b: ModelFigures) => number): ModelFigures | null {
  return models.reduce<ModelFigures | null>((held, m) => (!held || before(m, held) < 0 ? m : held), null);
}

/** -1 where a is below b, 1 above, 0 where they tie or one is unknown. */
function lower(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b) || Math.abs(a - b) <= TIE * Math.max(Math.abs(a), Math.abs(b))) return 0;
  return a < b ? -1 : 1;
}
