/** How the process was started. */
interface NodeOptions {
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Whether an option of Node switches the warning off. The process has an event of it all the same. */
export function isSilenced(warning: Error, { execArgv, env }: NodeOptions): boolean {
  if (env["NODE_NO_WARNINGS"] === "1") return true;
  const options = [...execArgv, ...(env["NODE_OPTIONS"] ?? "").split(/\s+/)];
  const names = options.flatMap((option, at) => {
    const [name, value = options[at + 1]] = option.split("=", 2);
    return name === "--disable-warning" && value !== undefined ? [value] : [];
  });
  const code = "code" in warning ? warning.code : undefined;
  return options.includes("--no-warnings") || names.some((name) => name === code || name === warning.name);
}
