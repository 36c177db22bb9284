import type { KnobCurve, Report } from "../../model/report.ts";
import { counted, GAP, interval, percent, plain, quality, signed, usd, withInterval } from "./numbers.ts";
import { simulatedModels } from "./words.ts";

/** What a policy's curve says, as a sentence: its AIQ, and how it stands to the best static mix. */
export function curveWords(report: Report, curve: KnobCurve): string {
  const { knob, points, aiq } = curve;
  const area = aiq ? `AIQ ${withInterval(aiq.paper, aiq.ci)}` : `AIQ ${GAP}`;
  return `${curve.policy}, ${counted(points.length, "point")} along ${knob.name}: ${area}; ${againstMixWords(curve)}${simulatedModels(report, report.models.map(({ name }) => name))}`;
}

/** How a curve stands to the zero router over the costs that both can be had for. The interval is the simultaneous one, which the verdict rests on. */
export function againstMixWords({ againstMix: beside, points, knob }: KnobCurve): string {
  if (points.length === 1) return `it chooses alike at every ${knob.name}`;
  if (!beside) return "it shares no range of costs with the zero router";
  const { difference, verdict, margin, range } = beside;
  const ci = beside.simultaneousCi ?? beside.ci;
  const size = (sign: number) => [quality(Math.abs(difference)), interval(ci && (sign < 0 ? [-ci[1], -ci[0]] : ci))].join(" ").trim();
  const over = `on average over ${usd(range[0])} to ${usd(range[1])}`;
  if (verdict === "better") return `above the zero router by ${size(1)} ${over}`;
  if (verdict === "worse") return `below the zero router by ${size(-1)} ${over}`;
  const by = `${[signed(difference), interval(ci)].join(" ").trim()} ${over}`;
  if (verdict === "equivalent") return `equivalent to the zero router within the margin of ${quality(margin)}: ${by}`;
  return `no better than the zero router, as far as these prompts tell: ${by}`;
}

/** Where along its costs a curve is above or below the zero router for sure, by the simultaneous band. */
export function stretchWords({ band }: KnobCurve): string {
  const stretches = (is: (ci: readonly [number, number]) => boolean): string => {
    const runs: (readonly [number, number])[] = [];
    let from: number | null = null;
    for (const [g, { mixCi, costUsdPer1k }] of band.entries()) {
      const on = mixCi !== null && is(mixCi);
      if (on) from ??= costUsdPer1k;
      const next = band[g + 1]?.mixCi;
      if (on && !(next && is(next))) {
        runs.push([from as number, costUsdPer1k]);
        from = null;
      }
    }
    return runs.map(([low, high]) => (low === high ? usd(low) : `${usd(low)} to ${usd(high)}`)).join(", ");
  };
  const [above, below] = [stretches(([low]) => low > 0), stretches(([, high]) => high < 0)];
  if (above === "" && below === "") return "neither above nor below it anywhere for sure";
  return [...(above === "" ? [] : [`above at ${above}`]), ...(below === "" ? [] : [`below at ${below}`])].join("; ");
}

type Calibration = NonNullable<Report["policies"][number]["calibration"]>;

/** How far what a policy expects of the models that it chooses can be trusted. */
export function calibrationWords({ chosen: { ece, eceCorrected, eceCi, bins, brier, brierOfMean } }: Calibration): string {
  return `expects of the models it chooses: ECE ${withInterval(eceCorrected, eceCi)} in ${counted(bins.length, "bin")} (${quality(ece)} with what chance adds), Brier ${quality(brier.mean)} (${quality(brierOfMean)} of the mean alone)`;
}

/** A knob's value, to 4 significant digits. */
export function knobValue(value: number): string {
  return plain(value);
}

/** A share to the strong model with the gap that it recovers, of a pool of two. */
export function gapWords({ apgr, cpt }: KnobCurve): string | null {
  if (!apgr || !cpt) return null;
  return `APGR ${withInterval(apgr.value, apgr.ci)}, CPT 20/50/80 ${(["20", "50", "80"] as const).map((level) => percent(cpt.exact[level])).join(" / ")}`;
}
