import type { CompletionNode, CompletionOption } from "./model.ts";

/** A script for fish 3 and later. */
export function fishCompletion(nodes: readonly CompletionNode[]): string {
  const commands = nodes.slice(1).map((node) => quoted(node.path.slice("connector ".length)));
  return `# fish completion for connector. Install:  connector completion fish > ~/.config/fish/completions/connector.fish
function __connector_at --description 'Whether the command line is at this command'
    set -l path
    for word in (commandline -opc)[2..]
        if contains -- (string join -- ' ' $path $word) ${commands.join(" ")}
            set path $path $word
        end
    end
    test "$path" = "$argv"
end

complete -c connector -f
${nodes.flatMap(linesOf).join("\n")}
`;
}

function linesOf(node: CompletionNode): readonly string[] {
  const place = node.path.split(" ").slice(1);
  const where = `complete -c connector -n ${quoted(["__connector_at", ...place].join(" "))}`;
  return [
    ...node.words.map(({ word, description }) => `${where} -a ${quoted(word)}${described(description)}`),
    ...node.options.map(
      (option) => `${where} ${namesOf(option)}${valuesOf(option)}${described(option.description)}`,
    ),
  ];
}

function namesOf({ names }: CompletionOption): string {
  return names
    .map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
    .join(" ");
}

function valuesOf({ values }: CompletionOption): string {
  if (values === "none") return "";
  if (values === "any") return " -x";
  return values === "path" ? " -r -F" : ` -x -a ${quoted(values.join(" "))}`;
}

function described(description: string): string {
  return description === "" ? "" : ` -d ${quoted(description)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
