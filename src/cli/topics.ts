import { unknownName } from "../model/errors.ts";

/** What `wrp help` knows besides commands. */
export const TOPICS = ["exit-codes", "environment", "metrics"] as const;

const EXIT_CODES = `Exit codes
    0  ran, gates passed
    1  ran, a gate failed
    2  could not run: usage, config, data, store
    3  inconclusive: a gate cannot be decided, or too many calls failed
  130  interrupted; outcomes are kept, the same command goes on
When several apply: 130, then 2, 1, 3, 0.
`;

const ENVIRONMENT = `Environment
  NO_COLOR       no colour, when not empty; --color always wins over it
  FORCE_COLOR    colour even where the stream is no terminal
  CI             when set: no prompt texts in reports (unless --with-content), no progress line
`;

/** The text of \`wrp help TOPIC\`. Throws WrpError for an unknown topic. */
export async function topics(topic: string): Promise<string> {
  if (topic === "exit-codes") return EXIT_CODES;
  if (topic === "environment") return ENVIRONMENT;
  if (topic === "metrics") {
    const { METRICS } = await import("../report/definitions.ts");
    const lines = Object.entries(METRICS).map(
      ([name, { unit, direction, definition, source }]) => `${name} (${unit}; ${direction})\n  ${definition}\n  source: ${source}\n`,
    );
    return `Metrics\n${lines.join("\n")}`;
  }
  throw unknownName("help topic", topic, TOPICS);
}
