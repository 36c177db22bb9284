import type { OutcomeColumns } from "../model/columns.ts";

/**
 * Mean quality and USD per 1,000 prompts of every model over the prompts that all models have graded; over each model's own
 * prompts where there are none such. NaN where nothing is known.
 */
export function modelFigures(columns: OutcomeColumns): { name: string; quality: number; costUsdPer1k: number }[] {
  const { n, models, quality, costUsd } = columns;
  const common = new Uint8Array(n).fill(1);
  for (const column of quality) for (let i = 0; i < n; i++) if (Number.isNaN(column[i] as number)) common[i] = 0;
  const any = common.includes(1);
  return models.map((name, m) => ({
    name,
    quality: meanWhere(quality[m] as Float64Array, any ? common : null),
    costUsdPer1k: 1000 * meanWhere(costUsd[m] as Float64Array, any ? common : null),
  }));
}

function meanWhere(column: Float64Array, kept: Uint8Array | null): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < column.length; i++) {
    const value = column[i] as number;
    if (Number.isNaN(value) || (kept && kept[i] === 0)) continue;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : NaN;
}
