/** Why nothing is called that the budget has no room for. */
export const COST_CAP = "the cost cap is reached";

/** Money is counted in whole picodollars, so that sums neither drift nor depend on their order; 1e-12 USD is far below a token's price. */
const PICO = 1e12;

export interface BudgetState {
  readonly spentUsd: number;
  /** Held for tries in flight. */
  readonly reservedUsd: number;
  /** Null: no cap. */
  readonly capUsd: number | null;
}

/** Money held for one try: settled or released, once. */
export interface Reservation {
  /** What it came to, US dollars; null: not known, then the whole reservation counts as spent. Throws when it is over already. */
  settle(actualUsd: number | null): void;
  /** Nothing was called. Throws when it is over already. */
  release(): void;
}

export interface Budget {
  /** Holds so much, US dollars ≥ 0; null where spent, reserved and this would be more than the cap. */
  reserve(usd: number): Reservation | null;
  /** Whether so much fits under the cap now. */
  fits(usd: number): boolean;
  /** Whether so much may still fit, should all that is reserved come to nothing. What is spent never comes back. */
  mayFit(usd: number): boolean;
  state(): BudgetState;
  /** Calls back whenever a reservation is over. */
  onFreed(listener: () => void): void;
}

/**
 * What a run may spend: a hard cap. As long as no try costs more than was reserved for it, spent never passes the cap, in whatever order
 * tries begin and end. One that did cost more is counted in full.
 *
 * @param maxCostUsd US dollars ≥ 0; null: no cap, spending is only counted
 */
export function budget(maxCostUsd: number | null): Budget {
  const cap = maxCostUsd === null ? null : pico(maxCostUsd);
  const listeners: (() => void)[] = [];
  let spent = 0n;
  let reserved = 0n;

  const fits = (usd: number) => cap === null || spent + reserved + pico(usd) <= cap;

  function reserve(usd: number): Reservation | null {
    if (!fits(usd)) return null;
    const held = pico(usd);
    let over = false;
    reserved += held;
    function end(cost: bigint): void {
      if (over) throw new Error("this reservation is over");
      over = true;
      reserved -= held;
      spent += cost;
      for (const listener of listeners) listener();
    }
    return { settle: (actualUsd) => end(actualUsd === null ? held : pico(actualUsd)), release: () => end(0n) };
  }

  return {
    reserve,
    fits,
    mayFit: (usd) => cap === null || spent + pico(usd) <= cap,
    state: () => ({ spentUsd: dollars(spent), reservedUsd: dollars(reserved), capUsd: maxCostUsd }),
    onFreed: (listener) => void listeners.push(listener),
  };
}

/** Rounded to the nearest, which keeps order: what is not more in dollars is not more in picodollars. */
function pico(usd: number): bigint {
  if (!(usd >= 0 && usd < Infinity)) throw new RangeError(`not an amount of money: ${usd}`);
  return BigInt(Math.round(usd * PICO));
}

function dollars(amount: bigint): number {
  return Number(amount) / PICO;
}
