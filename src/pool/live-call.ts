import { StringDecoder } from "node:string_decoder";
import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Dispatcher } from "undici";
import type { Failure, FailureKind, Try } from "../model/live.ts";
import { quoted, wordsOf } from "./backend-words.ts";
import { addressOf, modelsAddress, type Endpoint } from "./endpoint.ts";
import { kindOfReport } from "./failure-kind.ts";
import type { HttpClient } from "./http-client.ts";
import { keptHeaders } from "./kept-headers.ts";
import type { LagWatch } from "./lag.ts";
import { masked, maskedAnswer } from "./mask.ts";
import { StreamError, type Protocol, type StreamReader } from "./protocol.ts";
import { responseBody, type ResponseBody } from "./response-body.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What a call needs of the world, and what bounds it. */
export interface CallContext {
  readonly client: HttpClient;
  readonly clockMs: () => number;
  readonly now: () => Date;
  readonly lag: Pick<LagWatch, "maxSinceMs">;
  readonly signal?: AbortSignal;
  /** For the whole try, connecting included. */
  readonly tryTimeoutMs: number;
  /** Up to the first token; does not bind an answer that comes as one document. */
  readonly firstTokenTimeoutMs?: number;
  /** Most bytes that an answer may have, unpacked; 16 MiB. */
  readonly maxBytes?: number;
  /** A response header to keep besides those that always are, in lower case. */
  readonly wantedHeader?: string;
}

const MAX_BYTES = 16 << 20;
const ERROR_BYTES = 64 << 10;
/** An error's words are worth this wait; its status is known. */
const ERROR_BODY_MS = 2000;
/** A stream that is over is read to the end of its response, so that its connection can be used again; its time is not. */
const DRAIN_MS = 250;
/** A header of the user's with a shorter value holds no secret, nor does one that says where to route. */
const SECRET_LENGTH = 8;
const ROUTING = /model|rout|provider|target/i;

/** One try: sends the request, reads and times the answer. Never throws for what the network or the backend does: that is the try's `failure`. */
export function liveCall<R extends { readonly model: string }>(protocol: Protocol<R>, endpoint: Endpoint, request: R, context: CallContext): Promise<Try> {
  const otherModels = () => {
    const list = modelsAddress(protocol, endpoint.url, request);
    return ` (asked for model "${request.model}"${list ? `; GET ${list.origin}${list.pathname} lists what there is` : ""})`;
  };
  return new Promise((done, bug) => new Call(protocol.reader(), endpoint, otherModels, context, done, bug).begin(protocol, endpoint, request));
}

class Call implements Dispatcher.DispatchHandler {
  readonly #context: CallContext;
  readonly #secrets: readonly string[];
  readonly #done: (one: Try) => void;
  readonly #bug: (error: unknown) => void;
  readonly #reader: StreamReader;
  readonly #body: ResponseBody;
  readonly #maxBytes: number;
  /** What a backend that knows no such model is to be asked. */
  readonly #otherModels: () => string;
  readonly #startedAt: Date;
  readonly #startMs: number;
  readonly #decoder = new StringDecoder("utf8");
  readonly #stop = () => this.#fail("aborted", "stopped");
  #tryTimer: NodeJS.Timeout | undefined;
  #waitTimer: NodeJS.Timeout | undefined;
  #drainTimer: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | null = null;
  #unpack: Transform | null = null;
  #isSettled = false;
  /** Until it is handed over. */
  #result: Try | null = null;
  #isDraining = false;
  #bytes = 0;
  #errorText = "";
  #status: number | null = null;
  #headers: Readonly<Record<string, string | string[] | undefined>> = {};
  #connectMs: number | null = null;
  #headersMs: number | null = null;
  #firstByteMs: number | null = null;
  #firstTokenMs: number | null = null;
  #lastTokenMs: number | null = null;

  constructor(reader: StreamReader, endpoint: Endpoint, otherModels: () => string, context: CallContext, done: (one: Try) => void, bug: (error: unknown) => void) {
    this.#context = context;
    this.#bug = bug;
    this.#done = done;
    this.#secrets = [...(endpoint.apiKey === null ? [] : [endpoint.apiKey]), ...Object.entries(endpoint.headers).flatMap(([name, value]) => (value.length >= SECRET_LENGTH && !ROUTING.test(name) ? [value] : []))];
    this.#reader = reader;
    this.#body = responseBody(reader);
    this.#otherModels = otherModels;
    this.#maxBytes = context.maxBytes ?? MAX_BYTES;
    this.#startedAt = context.now();
    this.#startMs = context.clockMs();
  }

  begin<R>(protocol: Protocol<R>, endpoint: Endpoint, request: R): void {
    const { client, signal, tryTimeoutMs, firstTokenTimeoutMs } = this.#context;
    if (signal?.aborted) return this.#stop();
    signal?.addEventListener("abort", this.#stop, { once: true });
    this.#tryTimer = setTimeout(() => this.#fail("timeout", `not done within ${tryTimeoutMs} ms`), tryTimeoutMs);
    if (firstTokenTimeoutMs !== undefined) this.#waitTimer = setTimeout(() => this.#fail("timeout", `no token within ${firstTokenTimeoutMs} ms`), firstTokenTimeoutMs);
    try {
      const address = addressOf(protocol, endpoint.url, request);
      const headers = { "content-type": "application/json", accept: "text/event-stream, application/json", "accept-encoding": "identity", "user-agent": "wrp" };
      client.dispatcher.dispatch(
        {
          origin: address.origin,
          path: address.pathname + address.search,
          method: "POST",
          headers: merged(headers, protocol.headers(endpoint.apiKey), endpoint.headers),
          body: JSON.stringify(protocol.body(request, address)),
        },
        this,
      );
    } catch (error) {
      this.#fail("request", `the request could not be made: ${wordsOfError(error)}`);
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isSettled) return controller.abort(new Error("the call is over"));
    if (this.#context.client.onNewConnection()) this.#connectMs = this.#elapsed();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void {
    if (status < 200 || this.#isSettled) return;
    this.#headersMs = this.#elapsed();
    this.#status = status;
    this.#headers = headers;
    if (!this.#isSuccess()) {
      clearTimeout(this.#waitTimer);
      this.#waitTimer = setTimeout(() => this.#refused(), ERROR_BODY_MS);
    }
    this.#openPacked(String(headers["content-encoding"] ?? "identity").trim().toLowerCase());
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isSettled) return this.#drain(chunk.length);
    this.#firstByteMs ??= this.#elapsed();
    if (!this.#unpack) return this.#take(chunk);
    if (this.#unpack.write(chunk)) return;
    controller.pause();
    this.#unpack.once("drain", () => controller.resume());
  }

  onResponseEnd(): void {
    clearTimeout(this.#drainTimer);
    this.#controller = null;
    if (this.#isSettled) return this.#handOver();
    if (this.#unpack) this.#unpack.end();
    else this.#end();
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    clearTimeout(this.#drainTimer);
    const begun = this.#controller !== null;
    this.#controller = null;
    if (this.#isSettled) return this.#handOver();
    // The status has been said; its words broke off.
    if (this.#status !== null && !this.#isSuccess()) return this.#refused();
    if (this.#reader.ended()) return this.#settle(null);
    this.#fail(kindOfError(error, begun), `${begun ? "the connection broke off" : "no connection"}: ${wordsOfError(error)}`);
  }

  #take(bytes: Buffer): void {
    this.#bytes += bytes.length;
    const text = this.#decoder.write(bytes);
    if (!this.#isSuccess()) {
      this.#errorText += text;
      if (this.#bytes > ERROR_BYTES) this.#refused();
      return;
    }
    // Before it is read: events of one piece came at one time.
    const at = this.#elapsed();
    this.#reading(() => {
      if (this.#body.take(text)) this.#token(at);
      else if (this.#body.isDocument()) clearTimeout(this.#waitTimer);
    });
    if (this.#isSettled) return;
    if (this.#reader.over()) this.#settle(null);
    else if (this.#bytes > this.#maxBytes) this.#fail("too-large", `more than ${this.#maxBytes} bytes came`);
  }

  #token(at: number): void {
    if (this.#firstTokenMs === null) {
      this.#firstTokenMs = at;
      clearTimeout(this.#waitTimer);
    }
    this.#lastTokenMs = at;
  }

  #end(): void {
    if (!this.#isSuccess()) return this.#refused();
    this.#reading(() => this.#body.end());
    if (this.#isSettled) return;
    if (this.#reader.ended()) this.#settle(null);
    else this.#fail("disconnect", this.#bytes === 0 ? "an empty answer came" : "the stream ended without its end");
  }

  #reading(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (error instanceof StreamError) return this.#fail(error.kind, error.message);
      if (error instanceof RangeError) return this.#fail("malformed", `what came is nested too deep: ${error.message}`);
      this.#close();
      this.#destroy();
      this.#bug(error);
    }
  }

  /** We ask for plain bytes; some proxies pack them all the same. */
  #openPacked(encoding: string): void {
    if (encoding === "identity" || encoding === "") return;
    const open = { gzip: createGunzip, "x-gzip": createGunzip, deflate: createInflate, br: createBrotliDecompress }[encoding];
    if (!open) return this.#fail("malformed", `the answer has the content-encoding ${quoted(encoding)}, which was not asked for`);
    this.#unpack = open();
    this.#unpack.on("data", (bytes: Buffer) => {
      if (!this.#isSettled) this.#take(bytes);
    });
    this.#unpack.on("end", () => {
      if (!this.#isSettled) this.#end();
    });
    this.#unpack.on("error", (error: NodeJS.ErrnoException) => {
      if (this.#isSettled) return;
      if (!this.#isSuccess()) this.#refused();
      else this.#fail(error.code === "Z_BUF_ERROR" ? "disconnect" : "malformed", `the answer could not be unpacked: ${wordsOfError(error)}`);
    });
  }

  #isSuccess(): boolean {
    return this.#status !== null && this.#status < 300;
  }

  /** Ends with what a status that is no success says. */
  #refused(): void {
    const status = this.#status as number;
    const document = jsonOf(this.#errorText);
    const error = Array.isArray(document) ? document[0] : document;
    const report = typeof error === "object" && error !== null && "error" in error ? error.error : error;
    const location = this.#headers["location"];
    const words = wordsOf(document) ?? (status < 400 && location !== undefined ? `redirects are not followed, to ${String(location)}` : this.#errorText);
    const kind = kindOfReport(report, status);
    const headers = Object.fromEntries(Object.entries(this.#headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value[0] : value]));
    const said = words.trim() === "" ? `HTTP ${status}` : `HTTP ${status}: ${this.#quoted(words)}`;
    this.#fail(kind, status === 404 ? `${said}${this.#otherModels()}` : said, retryAfterMs(headers, this.#errorText, this.#context.now()));
  }

  /** Masked before it is cut: half a key is one too. */
  #quoted(words: string): string {
    return quoted(masked(words.slice(0, 2000), this.#secrets));
  }

  #fail(kind: FailureKind, message: string, retryAfter: number | null = null): void {
    this.#settle({ kind, message: masked(message, this.#secrets), retryAfterMs: retryAfter });
  }

  #settle(failure: Failure | null): void {
    if (this.#isSettled) return;
    this.#close();
    const endMs = this.#elapsed();
    const { text, toolCalls, usage, finishReason, servedModel, confidence } = this.#reader.answer();
    this.#result = {
      startedAt: this.#startedAt.toISOString(),
      status: this.#status,
      times: {
        connectMs: this.#connectMs,
        headersMs: this.#headersMs,
        firstByteMs: this.#firstByteMs,
        firstTokenMs: this.#firstTokenMs,
        lastTokenMs: this.#lastTokenMs,
        endMs,
      },
      usage,
      text: maskedAnswer(text, this.#secrets),
      toolCalls: maskedAnswer(toolCalls, this.#secrets),
      ...(confidence ? { confidence } : {}),
      finishReason: maskedAnswer(finishReason, this.#secrets),
      servedModel: maskedAnswer(servedModel, this.#secrets),
      headers: keptHeaders(this.#harmless(), (value) => masked(value, this.#secrets), this.#context.wantedHeader),
      failure,
      lagMs: this.#context.lag.maxSinceMs(this.#startMs),
    };
    if (failure !== null || !this.#controller || this.#unpack) return this.#destroy();
    this.#isDraining = true;
    this.#bytes = 0;
    this.#drainTimer = setTimeout(() => this.#destroy(), DRAIN_MS);
  }

  /** Less headers whose very name has a secret in it. */
  #harmless(): Readonly<Record<string, string | string[] | undefined>> {
    const secrets = this.#secrets.map((secret) => secret.toLowerCase());
    const has = (name: string, secret: string) => (secret.length < SECRET_LENGTH ? name.split(/[-_]/).includes(secret) : name.includes(secret));
    return Object.fromEntries(Object.entries(this.#headers).filter(([name]) => !secrets.some((secret) => has(name.toLowerCase(), secret))));
  }

  /** undici gives a connection back one turn of the event loop after its response: who calls again at once shall find it. */
  #handOver(): void {
    const result = this.#result;
    this.#result = null;
    if (result) queueMicrotask(() => setImmediate(this.#done, result));
  }

  #close(): void {
    this.#isSettled = true;
    clearTimeout(this.#tryTimer);
    clearTimeout(this.#waitTimer);
    this.#context.signal?.removeEventListener("abort", this.#stop);
  }

  #drain(bytes: number): void {
    this.#bytes += bytes;
    if (!this.#isDraining || this.#bytes > ERROR_BYTES) this.#destroy();
  }

  #destroy(): void {
    clearTimeout(this.#drainTimer);
    this.#unpack?.destroy();
    this.#controller?.abort(new Error("the call is over"));
    this.#handOver();
  }

  #elapsed(): number {
    return this.#context.clockMs() - this.#startMs;
  }
}

/** Headers of the same name in any case are one: the last stands. */
function merged(...all: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  return Object.fromEntries(all.flatMap((headers) => Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function kindOfError(error: Error, begun: boolean): FailureKind {
  const { name, code } = error as NodeJS.ErrnoException;
  if (code === "UND_ERR_INVALID_ARG") return "request";
  if (!begun) return "connect";
  return name === "HTTPParserError" || code === "UND_ERR_HEADERS_OVERFLOW" ? "malformed" : "disconnect";
}

function wordsOfError(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  const trust = /certificate/i.test(message) ? " (NODE_EXTRA_CA_CERTS names a file of further certificates to trust)" : "";
  return `${quoted(message || String(code))}${trust}`;
}
