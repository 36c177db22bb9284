/** cli-table3's borders, all off: columns are told apart by space. */
export const NO_LINES = Object.fromEntries(
  ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"]
    .concat(["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"])
    .map((name) => [name, ""]),
);

/** Rows as columns told apart by space, without borders. */
export async function plainTable(rows: readonly (readonly string[])[], aligns: readonly ("left" | "right")[]): Promise<string> {
  const { default: Table } = await import("cli-table3");
  const table = new Table({ chars: NO_LINES, style: { head: [], border: [], "padding-left": 0, "padding-right": 2 }, colAligns: [...aligns] });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
