/** Real rows nest less than 20 deep. Beyond this, whatever walks them (checks, JSON text) could run out of stack. */
const DEEPEST = 200;

export const TOO_DEEP = `lists or objects stand in one another more than ${DEEPEST} deep`;

/** Whether lists and objects of a JSON value stand in one another deeper than any row has them. */
export function isDeep(value: unknown, left = DEEPEST): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (left === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === "object" && isDeep(item, left - 1)) return true;
    return false;
  }
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    if (typeof item === "object" && isDeep(item, left - 1)) return true;
  }
  return false;
}

/** The value of JSON text. Throws SyntaxError, also where it is nested too deeply. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (isDeep(value)) throw new SyntaxError(TOO_DEEP);
  return value;
}
