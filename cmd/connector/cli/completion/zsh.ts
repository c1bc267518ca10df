import type { CompletionNode, CompletionOption } from "./model.ts";

/** A script for zsh: a file `_connector` on $fpath, or sourced after compinit. */
export function zshCompletion(nodes: readonly CompletionNode[]): string {
  return `#compdef connector
# zsh completion for connector. Install on $fpath:  connector completion zsh > "\${fpath[1]}/_connector"

${nodes.map(functionOf).join("\n")}
if [ "$funcstack[1]" = "_connector" ]; then
  _connector "$@"
else
  compdef _connector connector
fi
`;
}

function functionOf(node: CompletionNode, _index: number, nodes: readonly CompletionNode[]): string {
  const below = node.words.filter(({ word }) => nodes.some(({ path }) => path === `${node.path} ${word}`));
  const specs = node.options.map((option) => `    ${specOf(option)} \\`);
  if (below.length === 0) {
    const choices =
      node.words.length === 0 ? "*: :" : `1: :(${node.words.map(({ word }) => word).join(" ")})`;
    return `${nameOf(node.path)}() {
  _arguments -s \\
${specs.join("\n")}
    ${quoted(choices)}
}
`;
  }
  const described = node.words.map(({ word, description }) => `      ${quoted(`${word}:${description}`)}`);
  const calls = below.map(({ word }) => `        ${word}) ${nameOf(`${node.path} ${word}`)} ;;`);
  return `${nameOf(node.path)}() {
  local state line
  _arguments -s -C \\
${specs.join("\n")}
    '1: :->command' \\
    '*:: :->rest'
  case "$state" in
    command)
      local -a commands=(
${described.join("\n")}
      )
      _describe -t commands command commands
      ;;
    rest)
      case "$line[1]" in
${calls.join("\n")}
      esac
      ;;
  esac
}
`;
}

function nameOf(path: string): string {
  return `_${path.replace(/[^a-z]+/g, "_")}`;
}

function specOf({ names, description, values }: CompletionOption): string {
  const text = description.replace(/[[\]]/g, "").replaceAll(":", "\\:");
  const exclusion = names.length > 1 ? `(${names.join(" ")})` : "";
  const tail = `[${text}]${actionOf(values)}`;
  if (names.length === 1) return quoted(`${names[0]}${tail}`);
  return `${quoted(exclusion)}{${names.join(",")}}${quoted(tail)}`;
}

function actionOf(values: CompletionOption["values"]): string {
  if (values === "none") return "";
  if (values === "any") return ":value: ";
  return values === "path" ? ":path:_files" : `:value:(${values.join(" ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
