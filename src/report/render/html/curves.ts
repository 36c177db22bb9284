import type { KnobCurve, Report } from "../../../model/report.ts";
import { againstMixWords, gapWords, knobValue, stretchWords } from "../curve-words.ts";
import { escapeHtml } from "../escape.ts";
import { count, GAP, interval, percent, plain, quality, signed, usd } from "../numbers.ts";
import { MARK_LEGEND, VERDICT_MARK } from "../words.ts";
import type { Section } from "./section.ts";
import { numberCell, sortableTable } from "./table.ts";
import type { Cell } from "./table.ts";

/** Learned policies as curves: each curve's figures, what it says, and its points. */
export function curvesSection({ curves }: Report): Section {
  if (curves.length === 0) return { id: "curves", title: "Learned curves", html: "" };
  const table = sortableTable({
    caption: "Curves of learned policies, on prompts that they were not fitted on",
    columns: [
      { head: "policy" },
      { head: "against the zero router", number: true, hint: "mean over the costs that both can be had for of the curve's quality minus the best static mix's; simultaneous interval" },
      { head: "of its hull", number: true, hint: "the same of the curve's convex hull, whose corners are picked by outcomes: biased upward" },
      { head: "AIQ", number: true, hint: "area under the curve's hull over the pool's cost range, as in RouterBench's paper" },
      { head: "AUDC", number: true, hint: "area under quality over min-max normalised cost" },
      { head: "QNC", number: true, hint: "cost of first reaching the best single model's quality, over that model's cost" },
    ],
    rows: curves.map((curve) => ({ cells: [nameCell(curve), mixCell(curve), hullCell(curve), numberCell(quality(curve.aiq?.paper), interval(curve.aiq?.ci), curve.aiq?.paper), numberCell(quality(curve.audc.value), interval(curve.audc.ci), curve.audc.value), qncCell(curve)] })),
    className: "learned-table",
  });
  const words = curves.map((curve) => {
    const gap = gapWords(curve);
    return `<li>${escapeHtml(`${curve.policy}: ${againstMixWords(curve)}; by its band ${stretchWords(curve)}${gap === null ? "" : `; ${gap}`}`)}</li>`;
  });
  const notes = `${MARK_LEGEND} · intervals are given the fitted routers · bands hold for all costs of a curve at once`;
  return { id: "curves", title: "Learned curves", html: [table, `<ul>${words.join("")}</ul>`, `<p class="soft small">${escapeHtml(notes)}</p>`, ...curves.map(pointsTable)].join("\n") };
}

function nameCell({ policy, knob, points, n }: KnobCurve): Cell {
  return { html: `<span class="name">${escapeHtml(policy)}</span><span class="note">${escapeHtml(`${knob.name} = ${knobValue(knob.value)}, ${knob.unit}; ${count(points.length)} values on ${count(n)} prompts`)}</span>`, value: policy };
}

function mixCell({ againstMix: beside }: KnobCurve): Cell {
  if (!beside) return { html: GAP, value: null };
  const { difference, verdict, simultaneousCi, range } = beside;
  return {
    html: `${signed(difference)} <span class="mark ${verdict}" title="${verdict}">${VERDICT_MARK[verdict]}</span><span class="ci">${escapeHtml(interval(simultaneousCi))}</span><span class="ci">${escapeHtml(`${usd(range[0])} to ${usd(range[1])}`)}</span>`,
    value: difference,
  };
}

function hullCell({ againstMix: beside }: KnobCurve): Cell {
  return beside ? numberCell(signed(beside.hull.difference), interval(beside.hull.ci), beside.hull.difference) : { html: GAP, value: null };
}

function qncCell({ qnc }: KnobCurve): Cell {
  const bound = (value: number | null) => (value === null ? "∞" : plain(value));
  const reached = qnc.ci !== null && (qnc.value !== null || qnc.ci[0] !== null);
  return numberCell(qnc.value === null ? "not reached" : plain(qnc.value), reached && qnc.ci ? `[${bound(qnc.ci[0])},\u00A0${bound(qnc.ci[1])}]` : "", qnc.value);
}

function pointsTable({ policy, knob, points }: KnobCurve): string {
  const shares = points.some((point) => point.shareToStrong !== undefined);
  const table = sortableTable({
    caption: `${policy} at other values of ${knob.name}`,
    columns: [{ head: knob.name, number: true, hint: knob.unit }, { head: "quality", number: true }, { head: "$ per 1,000", number: true }, ...(shares ? [{ head: "to strong", number: true }] : [])],
    rows: points.map((point) => ({
      cells: [
        { html: `${escapeHtml(knobValue(point.value))}${point.own ? '<span class="note">its own</span>' : ""}`, value: point.value },
        numberCell(quality(point.quality.mean), interval(point.quality.ci), point.quality.mean),
        numberCell(usd(point.costUsdPer1k.mean), interval(point.costUsdPer1k.ci, usd), point.costUsdPer1k.mean),
        ...(shares ? [numberCell(percent(point.shareToStrong), "", point.shareToStrong)] : []),
      ],
    })),
  });
  return `<details><summary>${escapeHtml(`${policy}: ${count(points.length)} points along ${knob.name}`)}</summary>${table}</details>`;
}
