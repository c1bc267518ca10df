import { type Command, CommanderError } from "commander";
import { isSettingName, settingOf } from "../../pkg/config/table/settings.ts";
import { GovernanceError } from "../../pkg/core/errors.ts";
import { unknownCommand } from "./cli/definitions/baton.ts";
import { helpWidth } from "./cli/help/format-help.ts";
import { createProgram } from "./cli/program.ts";
import { ofNoCommand, pathOf, plainFlags } from "./cli/settings-options.ts";
import { type Context, ReaderGone } from "./process/context.ts";
import { BAD_USAGE, exitCodeOf, OK } from "./process/exit-codes.ts";
import { failureLine } from "./process/messages.ts";

/** Runs one command line. Never rejects; resolves with the exit code when all output is written. */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  const { stdout, stderr } = context;
  const writing: Promise<void>[] = [];
  let exitCode = OK;
  const program = createProgram({
    context,
    help: {
      writeOut: (text) => writing.push(stdout.write(text)),
      writeErr: (text) => writing.push(stderr.write(text)),
      // The error is written below, as one line.
      outputError: () => {},
      getOutHelpWidth: () => helpWidth(stdout),
      getErrHelpWidth: () => helpWidth(stderr),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    },
    done: (code) => {
      exitCode = code;
    },
  });
  try {
    await program.parseAsync(plainFlags(argv), { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.code.startsWith("commander.help")) {
      // `connector list` alone shows its commands and is bad usage; asking for help is not.
      exitCode = error.exitCode === 0 ? OK : BAD_USAGE;
    } else if (!(error instanceof CommanderError && error.exitCode === 0) && !(error instanceof ReaderGone)) {
      const failure =
        error instanceof CommanderError ? badUsage(error, commandIn(argv, program), program) : error;
      exitCode = exitCodeOf(failure);
      writing.push(stderr.write(failureLine(failure)));
    }
  }
  for (const written of await Promise.allSettled(writing)) {
    if (written.status === "fulfilled" || written.reason instanceof ReaderGone) continue;
    exitCode = exitCodeOf(written.reason);
    await stderr.write(failureLine(written.reason));
  }
  return exitCode;
}

// "error: unknown option '--x'\n(Did you mean --y?)"
function badUsage({ message }: CommanderError, command: Command, program: Command): GovernanceError {
  // The default command gets every word that names no command, and reports an option after it first.
  const [word = "-"] = program.args;
  const named = word.startsWith("-") || program.commands.some((each) => each.name() === word);
  if (!named && command === program) return unknownCommand(word, program);
  const option = /^error: unknown option '--([a-z0-9-]+)/.exec(message)?.[1];
  if (option !== undefined && isSettingName(option)) {
    if (settingOf(option).group === "One operation") return ofNoCommand(option);
    return new GovernanceError(
      "invalid-argument",
      `--${option}: this command does not use this setting; leave it out`,
    );
  }
  const problem = inOurWords(withoutValues(message.replace(/^error: /, "")), command);
  const saysHow = /\(Did you mean|: must be one of /.test(problem);
  const cure = saysHow ? "" : `; "${pathOf(command)} --help" shows the usage`;
  return new GovernanceError("invalid-argument", problem + cure);
}

/** The command that the words name, for a hint. */
function commandIn(argv: readonly string[], program: Command): Command {
  return argv.reduce(
    (found, word) => found.commands.find((command) => command.name() === word) ?? found,
    program,
  );
}

/** What the library says about arguments and options, as this program says the same elsewhere. */
function inOurWords(problem: string, command: Command): string {
  const [, most = "", given = ""] =
    /^too many arguments for '[^']*'\. Expected (\d+) arguments? but got (\d+)$/.exec(problem) ?? [];
  if (most !== "") {
    const takes = most === "0" ? "no argument" : `at most ${most} argument${most === "1" ? "" : "s"}`;
    return `${pathOf(command)} takes ${takes}, got ${given}`;
  }
  return problem
    .replace(
      /^(?:command-argument value|option '([^' ]*)[^']*' argument) '([^]*)' is invalid(?: for argument '([^']*)')?\. Allowed choices are (.*)\.$/,
      (_, option: string | undefined, got: string, argument = "", choices: string) =>
        `${option ?? `<${argument}>`}: must be one of ${choices}, got ${JSON.stringify(got)}`,
    )
    .replace(/^missing required argument '([^']*)'$/, "the argument <$1> is missing")
    .replace(/^option '([^']*)' argument missing$/, "$1: the value is missing")
    .replace(/^required option '([^']*)' not specified$/, "$1: missing; this option is required");
}

/** Removes values: an unexpected one may be a password in the wrong place, and stderr is often stored. */
function withoutValues(message: string): string {
  return (
    message
      .replaceAll("\n", " ")
      .replace(/^(unknown option '--[^=']*)[='][^]*'/, "$1'")
      // `-pSecret`: the text after a short option may be its value.
      .replace(/^unknown option '-[^-'][^]+'/, "unknown short option; write it out, such as --user")
      .replace(/^(too many arguments for '[^']*'\. Expected \d+ arguments? but got \d+): [^]*$/, "$1")
  );
}
