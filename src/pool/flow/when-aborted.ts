const callbacks = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back once when the signal is aborted (not where it already is); what it returns takes that back. A signal gets one listener
 * however many wait for it: an EventTarget looks through all of its listeners for each that is added, and warns of many.
 */
export function whenAborted(signal: AbortSignal, callback: () => void): () => void {
  let waiting = callbacks.get(signal);
  if (!waiting) {
    waiting = new Set();
    callbacks.set(signal, waiting);
    const all = waiting;
    signal.addEventListener("abort", () => {
      for (const call of all) {
        all.delete(call);
        call();
      }
    }, { once: true });
  }
  const all = waiting;
  const own = () => callback();
  all.add(own);
  return () => void all.delete(own);
}
