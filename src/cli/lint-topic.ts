import { LINT_RULES } from "../gateways/vsr/lint/rules.ts";

/** What `wrp help lint` prints: the rules that configs of vLLM Semantic Router are looked through for. */
export function lintTopic(): string {
  const width = Math.max(...Object.keys(LINT_RULES).map((code) => code.length));
  const of = (wanted: string) =>
    Object.entries(LINT_RULES)
      .filter(([, { severity }]) => severity === wanted)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, { summary }]) => `  ${code.padEnd(width)}  ${summary}\n`)
      .join("");
  return `Lint: configs of vLLM Semantic Router (v0.3, read at 3d48f8c9)

  wrp check config.yaml                a YAML file with routing, providers, recipes … is taken for one
  wrp check vsr:other.conf             any file, named so
  wrp check                            those that policies of kind vsr in wrp.yaml name
  wrp check config.yaml prompts.jsonl  also what its decisions do with these prompts

Errors are refused by upstream, or can never work as they are written. Warnings are accepted in silence and most
likely not meant; --strict makes them errors. Notes are worth knowing. What cannot be decided is not said.

A comment leaves findings of a code out, on their line or on a line of its own above it:

  - name: c_language  # wrp-ignore: unused-signal
  # wrp-ignore: unmatchable-keyword, repeated-keyword

Errors
${of("error")}
Warnings
${of("warning")}
Notes
${of("note")}`;
}
