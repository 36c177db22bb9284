import type { Spot } from "./tree.ts";
import type { Values } from "./values.ts";

/** A fish script. */
export function fishScript(spots: readonly Spot[]): string {
  const paths = spots.flatMap(({ path, commands }) => commands.map(({ name }) => quoted(`${path} ${name}`)));
  return `# fish completion of wrp, made by: wrp completion fish
function __wrp_at
  set -l at ""
  for word in (commandline -opc)[2..-1]
    switch "$at $word"
      case ${paths.join(" ")}
        set at (string trim -- "$at $word")
    end
  end
  test "$at" = "$argv[1]"
end
function __wrp_list
  set -l words (commandline -opc)
  $words[1] __complete $argv[1] -- $words 2>/dev/null
end
complete -c wrp -e
complete -c wrp -f
${spots.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ path, commands, options, values }: Spot): string[] {
  const start = `complete -c wrp -n ${quoted(`__wrp_at ${quoted(path)}`)}`;
  return [
    ...commands.map(({ name, description }) => `${start} -a ${quoted(name)} -d ${quoted(description)}`),
    ...(values.length > 0 ? [`${start}${given(values)}`] : []),
    ...options.map(({ flags, description, values: value }) => `${start}${flags.map(flag).join("")}${value === null ? "" : ` -r${given(value)}`} -d ${quoted(description)}`),
  ];
}

function flag(name: string): string {
  return name.startsWith("--") ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`;
}

function given(values: Values): string {
  if (values === "files") return " -F";
  if (typeof values === "string") return ` -f -a ${quoted(`(__wrp_list ${values})`)}`;
  return values.length === 0 ? " -f" : ` -f -a ${quoted(values.join(" "))}`;
}

/** A text in single quotes, in which fish reads a backslash before a quote or another backslash. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
