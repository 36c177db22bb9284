/** What stands under names, to be looked up by names that others wrote: `constructor` and the like find nothing that is not among the entries. */
export function table<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null) as Record<string, T>, entries);
}
