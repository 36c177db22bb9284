import type { Report } from "../../../model/report.ts";
import { escapeHtml } from "../escape.ts";
import { count, interval, quality } from "../numbers.ts";
import { reliabilityChart } from "../svg/reliability.ts";
import type { Section } from "./section.ts";
import { numberCell, sortableTable } from "./table.ts";

/** What learned policies expect beside what came: figures, and a picture a policy. */
export function calibrationSection({ policies }: Report): Section {
  const known = policies.flatMap(({ name, calibration }) => (calibration ? [{ name, calibration }] : []));
  const rows = known.flatMap(({ name, calibration }) =>
    ([["chosen", "the model that it chooses"], ["all", "all models"]] as const).map(([part, of]) => {
      const { n, ece, eceCi, eceCorrected, brier, brierOfMean, bins } = calibration[part];
      return {
        className: part === "chosen" ? "group" : "",
        cells: [
          { html: `<span class="name">${escapeHtml(name)}</span>`, value: name },
          { html: `${of}<span class="note">${count(n)} expectations, ${count(bins.length)} bins</span>`, value: of },
          numberCell(quality(eceCorrected), interval(eceCi), eceCorrected),
          numberCell(quality(ece), "", ece),
          numberCell(quality(brier.mean), interval(brier.ci), brier.mean),
          numberCell(quality(brierOfMean), "", brierOfMean),
        ],
      };
    }),
  );
  const table = sortableTable({
    caption: "Expected quality beside the quality that came, on prompts that policies were not fitted on",
    columns: [
      { head: "policy" },
      { head: "of" },
      { head: "ECE", number: true, hint: "mean distance of expected and actual quality over bins of equal numbers, less what chance adds (as resamples show), lower is better" },
      { head: "as computed", number: true, hint: "with what chance adds" },
      { head: "Brier", number: true, hint: "mean squared distance of expected and actual quality, lower is better" },
      { head: "Brier of the mean", number: true, hint: "of one who always expects the mean" },
    ],
    rows,
    className: "learned-table",
  });
  const pictures = known.map(({ name, calibration }) => `<figure>${reliabilityChart(name, calibration.chosen.bins, calibration.all.bins)}<figcaption class="small">${escapeHtml(name)}</figcaption></figure>`);
  return {
    id: "calibration",
    title: "Calibration",
    html: known.length === 0 ? "" : `${table}<div class="multiples">${pictures.join("")}</div><p class="soft small">● of the model that was chosen, ○ of all models, a bin each; bars: 95 % intervals. On the line, what came is what was expected; below it, a policy expects too much.</p>`,
  };
}
