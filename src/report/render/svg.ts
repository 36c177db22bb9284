import type { Report } from "../../model/report.ts";
import { dotChart } from "./svg/dots.ts";
import { paretoChart, paretoPoints } from "./svg/pareto.ts";
import { shareChart, sweepsTogether } from "./svg/share.ts";

/**
 * The run's main chart: quality against cost where any policy has a cost; else quality against the strong model's share
 * where there are sweeps; else the qualities alone. On the basis of decisions: the expected costs.
 */
export async function renderSvg(report: Report): Promise<string> {
  if (report.basis === "decisions") return dotChart(report);
  if (paretoPoints(report).length > 0) return paretoChart(report);
  const sweeps = sweepsTogether(report);
  return sweeps.length > 0 ? shareChart(report, sweeps) : dotChart(report);
}
