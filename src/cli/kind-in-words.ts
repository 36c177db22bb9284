interface Setting {
  readonly description?: string | undefined;
  safeParse(value: unknown): { readonly data?: unknown };
}

/** So wide is the column of settings at least. */
const NARROWEST = 18;

/** A kind of policy with its settings and their defaults, for a help topic; a setting without one stands alone. */
export function kindInWords({ shape }: { readonly shape: object }): string {
  const { kind, name: _, ...settings } = shape as { readonly kind: { readonly value: string }; readonly name: unknown } & Record<string, Setting>;
  const shown = Object.entries(settings as Record<string, Setting>).map(([key, field]) => {
    const value = field.safeParse(undefined).data;
    const own = typeof value === "number" ? Number(value.toFixed(4)) : Array.isArray(value) ? `[${value.join(", ")}]` : value;
    return { setting: `${key}${value === undefined ? "" : `=${String(own)}`}`, description: field.description ?? "" };
  });
  const width = Math.max(NARROWEST, ...shown.map(({ setting }) => setting.length));
  const lines = shown.map(({ setting, description }) => `    ${setting.padEnd(width)} ${description}\n`);
  return `  ${kind.value}\n${lines.join("")}`;
}
