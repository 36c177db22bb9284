import { spawn } from "node:child_process";
import { once } from "node:events";
import { createParser } from "eventsource-parser";
import { Agent, request } from "undici";
import { amount, built, duration, median, paired, type Figure } from "./measure.ts";

export const name = "live";
/** Of the calls a second that a bare loop makes. */
export const aim = { atLeast: 0.8 };
/** Times that the client itself adds. */
const NEAR = { atMost: 1.05 };

const STREAMS = [1, 50, 200];
const CALLS = 4000;
const AT_ONCE = 200;
const ROUNDS = 9;
const TTFT_MS = 300;
const TOKEN_MS = 20;
const TOKENS = 50;

/** Streams `tokens` tokens, the first after `ttft` ms, one each `every` ms, as the path says: /ttft/every/tokens/v1/chat/completions. */
const SERVER = `
  const event = (delta, finish) => "data: " + JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", model: "m", choices: [{ index: 0, delta, finish_reason: finish }] }) + "\\n\\n";
  const token = event({ content: " token" }, null), role = event({ role: "assistant", content: "" }, null);
  const end = event({}, "stop") + 'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":50,"total_tokens":59}}\\n\\ndata: [DONE]\\n\\n';
  require("node:http").createServer((request, response) => {
    const [, ttft, every, tokens] = request.url.split("/").map(Number);
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (every === 0) return response.end(role + token.repeat(tokens) + end);
      response.write(role);
      const begun = performance.now() + ttft;
      let sent = 0;
      const send = () => {
        response.write(token);
        if (++sent === tokens) response.end(end);
        else setTimeout(send, Math.max(1, begun + sent * every - performance.now()));
      };
      setTimeout(send, ttft);
    });
  }).listen(0, "127.0.0.1", function () { console.log(this.address().port); });
  process.stdin.on("end", () => process.exit()).resume();`;

interface Timed {
  readonly ttftMs: number;
  readonly tpotMs: number;
}

type Ask = (path: string) => Promise<Timed>;

/** One call of wrp against a loop of undici and a parser of events that reads the same and nothing more, on the same server in a process of its own. */
export async function bench(): Promise<Figure[]> {
  const { liveCall } = await built<typeof import("../../src/pool/live-call.ts")>("pool/live-call.js");
  const { httpClient } = await built<typeof import("../../src/pool/http-client.ts")>("pool/http-client.js");
  const { watchLag } = await built<typeof import("../../src/pool/lag.ts")>("pool/lag.js");
  const { openaiChat } = await built<typeof import("../../src/pool/protocols/openai-chat.ts")>("pool/protocols/openai-chat.js");
  const server = spawn(process.execPath, ["-e", SERVER], { stdio: ["pipe", "pipe", "inherit"] });
  const [port] = (await once(server.stdout, "data")) as [Buffer];
  const base = `http://127.0.0.1:${port.toString().trim()}`;

  const messages = [{ role: "user", content: "Which of these words comes first in the dictionary? ".repeat(8) }];
  const clockMs = () => performance.now();
  const lag = watchLag(clockMs);
  const client = httpClient();
  const ours: Ask = async (path) => {
    const { times, failure } = await liveCall(
      openaiChat,
      { url: new URL(`${base}${path}/v1`), apiKey: "none", headers: {} },
      { model: "m", messages, settings: {} },
      { client, clockMs, now: () => new Date(), lag, tryTimeoutMs: 60_000, firstTokenTimeoutMs: 60_000 },
    );
    if (failure) throw new Error(failure.message);
    const [first, last] = [times.firstTokenMs as number, times.lastTokenMs as number];
    return { ttftMs: first, tpotMs: (last - first) / (TOKENS - 1) };
  };
  const agent = new Agent();
  const bare: Ask = (path) => bareCall(agent, `${base}${path}/v1/chat/completions`, JSON.stringify({ model: "m", messages, stream: true, stream_options: { include_usage: true } }));

  const figures: Figure[] = [];
  const rate = (ms: number) => amount((CALLS / ms) * 1000);
  const { ratio, a, b } = await paired(ROUNDS, () => wallMs(bare), () => wallMs(ours));
  figures.push({ name: `${AT_ONCE} at once: calls a second over a bare loop's`, ratio, detail: `${rate(b)} calls/s against ${rate(a)} calls/s, ${TOKENS} tokens each` });
  for (const streams of STREAMS) {
    const ofOurs: Timed[] = [];
    const ofBare: Timed[] = [];
    // By turns, so that both meet the same machine; the first round makes the connections.
    for (let round = -1; round < 3; round++)
      for (const [ask, kept] of [[bare, ofBare], [ours, ofOurs]] as const) {
        const timed = await Promise.all(Array.from({ length: streams }, () => ask(`/${TTFT_MS}/${TOKEN_MS}/${TOKENS}`)));
        if (round >= 0) kept.push(...timed);
      }
    for (const [what, of] of [["TTFT", "ttftMs"], ["TPOT", "tpotMs"]] as const) {
      const [mine, theirs] = [ofOurs, ofBare].map((timed) => median(timed.map((one) => one[of]))) as [number, number];
      figures.push({ name: `${streams} streams: median ${what} over a bare loop's`, ratio: mine / theirs, aim: NEAR, detail: `${duration(mine)} against ${duration(theirs)}; the server's own is ${what === "TTFT" ? TTFT_MS : TOKEN_MS} ms` });
    }
  }
  lag.stop();
  await client.close();
  await agent.destroy();
  server.stdin.end();
  return figures;
}

/** Milliseconds for all calls, so many at once, of a server that waits for nothing. */
async function wallMs(ask: Ask): Promise<number> {
  const started = performance.now();
  let left = CALLS;
  const work = async () => {
    while (left-- > 0) await ask(`/0/0/${TOKENS}`);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return performance.now() - started;
}

async function bareCall(dispatcher: Agent, url: string, body: string): Promise<Timed> {
  const started = performance.now();
  let [first, last] = [NaN, NaN];
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === "[DONE]") return;
      const { choices } = JSON.parse(data) as { choices: { delta: { content?: string } }[] };
      if (!choices[0]?.delta.content) return;
      last = performance.now();
      if (Number.isNaN(first)) first = last;
    },
  });
  const response = await request(url, { dispatcher, method: "POST", body, headers: { "content-type": "application/json" } });
  const decoder = new TextDecoder();
  for await (const bytes of response.body) parser.feed(decoder.decode(bytes as Buffer, { stream: true }));
  return { ttftMs: first - started, tpotMs: (last - first) / (TOKENS - 1) };
}
