import { unknownName } from "../model/errors.ts";

/** What `wrp help` knows besides commands. */
export const TOPICS = ["exit-codes", "environment", "metrics", "profiles", "formats", "graders", "command", "remote", "vsr", "lint", "learned", "online"] as const;

const EXIT_CODES = `Exit codes
    0  ran, gates passed
    1  ran, a gate failed
    2  could not run: usage, config, data, store
    3  inconclusive: a gate cannot be decided, live calls were not made, more than 10 % of a model's failed,
       or what a reference or gate names answered nothing
  130  interrupted; outcomes are kept, the same command goes on
When several apply: 130, then 2, 1, 3, 0.
`;

const ENVIRONMENT = `Environment
  NO_COLOR       no colour, when not empty; --color always wins over it
  FORCE_COLOR    colour even where the stream is no terminal
  XDG_CACHE_HOME where models made for this machine are kept (in wrp/); default ~/.cache
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
  if (topic === "profiles") return profiles();
  if (topic === "formats") {
    const { importers } = await import("../workload/importers/index.ts");
    return `Formats, found by looking inside or named by --format\n${importers.map(({ name, describe }) => `${name}\n  ${describe}\n`).join("")}`;
  }
  if (topic === "graders") return (await import("./graders-topic.ts")).GRADERS_TOPIC;
  if (topic === "command") return (await import("./command-topic.ts")).COMMAND_TOPIC;
  if (topic === "remote") return (await import("./remote-topic.ts")).REMOTE_TOPIC;
  if (topic === "vsr") return (await import("./vsr-topic.ts")).VSR_TOPIC;
  if (topic === "lint") return (await import("./lint-topic.ts")).lintTopic();
  if (topic === "learned") return (await import("./learned-topic.ts")).learnedTopic();
  if (topic === "online") return (await import("./online-topic.ts")).onlineTopic();
  throw unknownName("help topic", topic, TOPICS);
}

async function profiles(): Promise<string> {
  const { shippedProfiles } = await import("./models.ts");
  const { meanOfDistribution } = await import("../pool/simulated.ts");
  const mean = (distribution: Parameters<typeof meanOfDistribution>[0]) => (meanOfDistribution(distribution) ?? NaN).toFixed(0);
  const percent = (share = 0) => `${(100 * share).toFixed(1)} %`;
  const lines = Object.entries(shippedProfiles()).map(
    ([name, { ttftMs, tpotMs, errorRate, rateLimitRate, price, source }]) =>
      `${name}\n  TTFT ${mean(ttftMs)} ms, TPOT ${mean(tpotMs)} ms on average; ${percent(errorRate)} fail, ${percent(rateLimitRate)} are answered 429` +
      `${price && "inputUsdPer1M" in price ? `\n  $${price.inputUsdPer1M} in, $${price.outputUsdPer1M} out per million tokens (${price.source})` : ""}\n  ${source}\n`,
  );
  return `Profiles of simulated models (models: [{name: mine, simulated: PROFILE}])\nwrp pool probe MODEL -o probe.json measures a live model of yours: simulated: {profile: ./probe.json}\n\n${lines.join("\n")}`;
}
