import type { Report } from "../../model/report.ts";
import { escapeHtml } from "./escape.ts";
import { gateWords } from "./words.ts";

type Gate = Report["gates"][number];

/**
 * Gates as JUnit XML, a test case each: a failure where it fails, an error where it is inconclusive (which is no pass), as CI systems
 * read them (the JUnit schema of the Jenkins xUnit plugin).
 */
export function renderJunit(report: Report): string {
  const { gates, run, workload, timing } = report;
  const count = (verdict: Gate["verdict"]) => gates.filter((gate) => gate.verdict === verdict).length;
  const seconds = (timing.totalMs / 1000).toFixed(3);
  const totals = `tests="${gates.length}" failures="${count("fail")}" errors="${count("inconclusive")}" time="${seconds}"`;
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites name="wrp" ${totals}>`,
    `<testsuite name="${escapeHtml(workload.name)}" ${totals} skipped="0" timestamp="${escapeHtml(run.createdAt.slice(0, 19))}">`,
    `<properties><property name="run" value="${escapeHtml(run.id)}"/><property name="verdict" value="${report.verdict}"/><property name="seed" value="${run.seed}"/></properties>`,
    ...gates.map((gate) => testCase(report, gate)),
    "</testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(report: Report, gate: Gate): string {
  const words = escapeHtml(gateWords(report, gate));
  const open = `<testcase classname="wrp.${escapeHtml(gate.policy)}" name="${escapeHtml(gate.expression)}" time="0"`;
  if (gate.verdict === "pass") return `${open}><system-out>${words}</system-out></testcase>`;
  const tag = gate.verdict === "fail" ? "failure" : "error";
  return `${open}><${tag} type="${gate.verdict}" message="${words}">${words}</${tag}></testcase>`;
}
