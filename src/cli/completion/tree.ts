import type { Argument, Command, Option } from "commander";
import { TOPICS } from "../topics.ts";
import { placeValues, type Values } from "./values.ts";

/** What can follow a command. */
export interface Spot {
  /** Names of the command and those above it, without the program's: `runs show`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly SpotOption[];
  /** Values of its arguments. */
  readonly values: Values;
}

export interface SpotOption {
  /** Long and short: `--config`, `-c`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Null where it takes none. */
  readonly values: Values | null;
}

/** Every command of the program, the program first; hidden ones are left out. */
export function completionSpots(program: Command): Spot[] {
  const found = commandsOf(program, "");
  const values = placeValues(
    found.flatMap(({ path, command }) => [
      ...optionsOf(command).map((option) => ({ place: placeOf(path, option), placeholder: placeholderOf(option) })),
      ...command.registeredArguments.map((argument) => ({ place: path, placeholder: argument.name() })),
    ]),
  );
  return found.map(({ path, command }) => ({
    path,
    commands: visible(command).map((one) => ({ name: one.name(), description: one.summary() || one.description() })),
    options: optionsOf(command).map((option) => ({
      flags: [option.long, option.short].filter((flag) => typeof flag === "string"),
      description: option.description,
      values: option.required || option.optional ? (option.argChoices ?? values.get(placeOf(path, option)) ?? []) : null,
    })),
    values: path === "help" ? [...visible(program).map((one) => one.name()), ...TOPICS] : argumentValues(command.registeredArguments, values.get(path)),
  }));
}

function commandsOf(command: Command, path: string): { path: string; command: Command }[] {
  return [{ path, command }, ...visible(command).flatMap((one) => commandsOf(one, `${path} ${one.name()}`.trim()))];
}

function visible(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

function optionsOf(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

function placeOf(path: string, option: Option): string {
  return `${path} ${option.long ?? option.short}`;
}

/** `-c, --config <file>` → file. */
function placeholderOf(option: Option): string {
  return /[<[]([^\]>.]+)/.exec(option.flags)?.[1] ?? "";
}

function argumentValues(given: readonly Argument[], values: Values | undefined): Values {
  return given.find(({ argChoices }) => argChoices)?.argChoices ?? values ?? [];
}
