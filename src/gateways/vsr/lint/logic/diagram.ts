/** A set of ways in which variables can stand: NEVER, ALWAYS, a diagram, or UNDECIDED where one would be too large. */
export type Diagram = number;

export const NEVER: Diagram = 0;
export const ALWAYS: Diagram = 1;
export const UNDECIDED: Diagram = -1;

/** Reduced ordered decision diagrams (Bryant 1986) over variables of several states: the same set is the same number. */
export interface Diagrams {
  /** A variable with so many states, asked for after those that came before it. */
  variable(states: number): number;
  /** Where a variable is in one of the states. */
  within(variable: number, states: readonly number[]): Diagram;
  and(a: Diagram, b: Diagram): Diagram;
  or(a: Diagram, b: Diagram): Diagram;
  not(a: Diagram): Diagram;
}

/** @param limit nodes, over all diagrams; what would need more is UNDECIDED */
export function diagrams(limit = 50_000): Diagrams {
  const states: number[] = [];
  // Nodes 0 and 1 are NEVER and ALWAYS, behind all variables.
  const variableOf = [Infinity, Infinity];
  const below: (readonly Diagram[])[] = [[], []];
  const known = new Map<string, Diagram>();
  const both = new Map<string, Diagram>();
  const others = new Map<Diagram, Diagram>();

  const node = (variable: number, next: readonly Diagram[]): Diagram => {
    if (next.includes(UNDECIDED)) return UNDECIDED;
    const [first] = next as [Diagram];
    if (next.every((one) => one === first)) return first;
    const key = `${variable}:${next.join()}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    if (variableOf.length >= limit) return UNDECIDED;
    const made = variableOf.push(variable) - 1;
    below.push(next);
    known.set(key, made);
    return made;
  };
  const next = (a: Diagram, variable: number, state: number): Diagram => (variableOf[a] === variable ? ((below[a] as readonly Diagram[])[state] as Diagram) : a);
  const and = (a: Diagram, b: Diagram): Diagram => {
    if (a === NEVER || b === NEVER) return NEVER;
    if (a === UNDECIDED || b === UNDECIDED) return UNDECIDED;
    if (a === ALWAYS || a === b) return b;
    if (b === ALWAYS) return a;
    const key = a < b ? `${a},${b}` : `${b},${a}`;
    const found = both.get(key);
    if (found !== undefined) return found;
    const variable = Math.min(variableOf[a] as number, variableOf[b] as number);
    const made = node(variable, Array.from({ length: states[variable] as number }, (_, state) => and(next(a, variable, state), next(b, variable, state))));
    if (both.size < 20 * limit) both.set(key, made);
    return made;
  };
  const not = (a: Diagram): Diagram => {
    if (a === UNDECIDED) return UNDECIDED;
    if (a <= ALWAYS) return a === NEVER ? ALWAYS : NEVER;
    const found = others.get(a);
    if (found !== undefined) return found;
    const made = node(variableOf[a] as number, (below[a] as readonly Diagram[]).map(not));
    others.set(a, made);
    return made;
  };
  return {
    variable: (count) => states.push(count) - 1,
    within: (variable, some) => node(variable, Array.from({ length: states[variable] as number }, (_, state) => (some.includes(state) ? ALWAYS : NEVER))),
    and,
    or: (a, b) => not(and(not(a), not(b))),
    not,
  };
}
