interface Setting {
  readonly description?: string | undefined;
  safeParse(value: unknown): { readonly data?: unknown };
}

/** A kind of policy with its settings and their defaults, for a help topic; a setting without one stands alone. */
export function kindInWords({ shape }: { readonly shape: object }): string {
  const { kind, name: _, ...settings } = shape as { readonly kind: { readonly value: string }; readonly name: unknown } & Record<string, Setting>;
  const lines = Object.entries(settings as Record<string, Setting>).map(([key, field]) => {
    const value = field.safeParse(undefined).data;
    const shown = typeof value === "number" ? Number(value.toFixed(4)) : Array.isArray(value) ? `[${value.join(", ")}]` : value;
    return `    ${`${key}${value === undefined ? "" : `=${String(shown)}`}`.padEnd(18)} ${field.description ?? ""}\n`;
  });
  return `  ${kind.value}\n${lines.join("")}`;
}
