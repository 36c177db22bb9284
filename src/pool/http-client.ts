import { Agent, buildConnector, type Dispatcher } from "undici";

/** The connections of live calls. Certificates are always verified. */
export interface HttpClient {
  readonly dispatcher: Dispatcher;
  /** Within a handler's `onRequestStart`: whether the request is the first on a connection that was made for it. */
  onNewConnection(): boolean;
  /** Ends all connections, also those in use. */
  close(): Promise<void>;
}

const CONNECT_MS = 10_000;

/**
 * One connection per call in flight, kept open for the next one. HTTP/1.1 only: streams that share one connection wait for each other's bytes, which
 * would be measured as the model's time.
 */
export function httpClient({ connectTimeoutMs = CONNECT_MS }: { readonly connectTimeoutMs?: number } = {}): HttpClient {
  const connect = buildConnector({ timeout: connectTimeoutMs, allowH2: false, rejectUnauthorized: true });
  let isNew = false;
  const dispatcher = new Agent({
    // The caller has bounds of its own: these would end a slow first token.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, callback) =>
      connect(options, (...made) => {
        // undici begins the request that waited for it before the callback returns.
        isNew = true;
        callback(...made);
        isNew = false;
      }),
  });
  return { dispatcher, onNewConnection: () => isNew, close: () => dispatcher.destroy() };
}
