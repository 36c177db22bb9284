import { InvalidArgumentError, Option, type Command } from "commander";

/** Where a command leaves its exit code. */
export interface Outcome {
  exitCode: number;
}

/** A command that is only there for those below it: alone it says what there is; what is none of them is an error, with what was perhaps meant. */
export function group(command: Command, alone: () => void): void {
  command
    .action(() => {
      const [first] = command.args;
      if (first === undefined) alone();
      else if (first.startsWith("-")) command.error(`error: unknown option '${first}'`);
      else (command as unknown as { unknownCommand(): never }).unknownCommand(); // commander's own words
    })
    .allowUnknownOption() // those of an unknown command: the command is what is wrong
    .allowExcessArguments();
}

/** Options that every command has. */
export function common(command: Command): Command {
  return command
    .allowExcessArguments(false)
    .optionsGroup("Everywhere:")
    .addOption(new Option("--color <when>", "colour").choices(["auto", "always", "never"]).default("auto"))
    .option("-q, --quiet", "errors only")
    .option("--debug", "stacks and causes of errors");
}

/** Options of the commands that open the store. */
export function shared(command: Command): Command {
  return common(command).option("--store <file>", "where outcomes are kept (default: .wrp/wrp.db)");
}

/** What is read, and how. */
export function readOptions(command: Command): Command {
  return command
    .optionsGroup("Data:")
    .option("--format <name>", "importer; found by looking inside")
    .option("--map <columns>", "a generic table: prompt=question,quality.gpt-4=gpt4_score,…", collect)
    .option("--where <cel>", "keep prompts for which this CEL expression is true")
    .option("--exclude <file>", "leave out the prompts listed there, by exact text", collect);
}

/** The same, and which part of it. */
export function dataOptions(command: Command): Command {
  return readOptions(command)
    .option("--sample <n>", "keep n prompts, chosen by seed", whole)
    .option("--split <part>", "keep one side of a seeded split: train or test")
    .option("--train-share <share>", "share of the training part, in (0,1) (default: 0.5)", number)
    .option("--seed <n>", "seed of sampling, splits and fits (default: 1)", whole);
}

export function append(value: string, held: string[] | undefined): string[] {
  return [...(held ?? []), value];
}

/** Repeatable, and by comma. */
export function collect(value: string, held: string[] | undefined): string[] {
  const parts = value.split(",").map((part) => part.trim()).filter((part) => part !== "");
  if (parts.length === 0) throw new InvalidArgumentError("must not be empty.");
  return [...(held ?? []), ...parts];
}

/** Repeatable, with or without a value. */
export function gates(value: string | true, held: (string | true)[] | boolean | undefined): (string | true)[] {
  return [...(Array.isArray(held) ? held : []), value];
}

export function whole(value: string): number {
  const parsed = number(value);
  if (!Number.isSafeInteger(parsed) || parsed < 0) throw badNumber(value, "a whole number ≥ 0");
  return parsed;
}

export function number(value: string): number {
  const parsed = Number(value);
  if (value.trim() === "" || !Number.isFinite(parsed)) throw badNumber(value, "a number");
  return parsed;
}

function badNumber(value: string, wanted: string): Error {
  return new InvalidArgumentError(`must be ${wanted} (got "${value}").`);
}
