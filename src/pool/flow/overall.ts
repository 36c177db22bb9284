import pLimit from "p-limit";

/** What all models share: places for tries in flight, first come, first served. */
export interface Overall {
  /** A place; what it gives is called when the place is left. */
  take(): Promise<() => void>;
}

/** @param places most tries in flight over all models, 1 or more */
export function overall(places: number): Overall {
  const limit = pLimit(places);
  return {
    take: () => new Promise((taken) => void limit(() => new Promise<void>((left) => taken(left)))),
  };
}
