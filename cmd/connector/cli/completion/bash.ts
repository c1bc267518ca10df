import type { CompletionNode, CompletionOption } from "./model.ts";

// By hand: the npm packages for completion call the program at each Tab, and Node starts too slowly for that.

/** A script for bash 3.2 and later. It does not need the bash-completion package. */
export function bashCompletion(nodes: readonly CompletionNode[]): string {
  const taking = unique(nodes, (option) => option.values !== "none").flatMap((option) => option.names);
  const paths = unique(nodes, (option) => option.values === "path").flatMap((option) => option.names);
  const lists = nodes.flatMap((node) =>
    node.options.flatMap((option) =>
      typeof option.values === "string"
        ? []
        : [
            `    ${option.names.map((name) => `"${node.path} ${name}"`).join("|")}) words="${option.values.join(" ")}" ;;`,
          ],
    ),
  );
  const commands = nodes.flatMap((node) => node.words.map(({ word }) => `"${node.path} ${word}"`));
  const words = nodes.map((node) => {
    const options = node.options.flatMap((option) => option.names).join(" ");
    return `    "${node.path}") words="${node.words.map(({ word }) => word).join(" ")}" options="${options}" ;;`;
  });
  return `# bash completion for connector. Add to ~/.bashrc:  source <(connector completion bash)
_connector() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="connector" words="" options="" word i skip=0
  # bash gives the "=" of --option=value as a word of its own.
  if [[ "$cur" == "=" ]]; then
    cur=""
  elif [[ "$prev" == "=" ]]; then
    prev="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if ((skip)); then
      skip=0
      continue
    fi
    case "$word" in
    =) skip=1 ;;
    ${taking.join("|")})
      if [[ "\${COMP_WORDS[i+1]}" != "=" ]]; then skip=1; fi
      ;;
    -*) ;;
    *)
      case "$path $word" in
      ${commands.join("|")}) path="$path $word" ;;
      esac
      ;;
    esac
  done
  COMPREPLY=()
  case "$prev" in
  ${paths.join("|")})
    local IFS=$'\\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
    return
    ;;
  ${taking.join("|")})
    case "$path $prev" in
${lists.join("\n")}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    return
    ;;
  esac
  case "$path" in
${words.join("\n")}
  esac
  if [[ "$cur" == -* ]]; then words="$options"; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _connector connector
`;
}

function unique(
  nodes: readonly CompletionNode[],
  wanted: (option: CompletionOption) => boolean,
): readonly CompletionOption[] {
  const options = nodes.flatMap((node) => node.options).filter(wanted);
  return [...new Map(options.map((option) => [option.names.join("|"), option])).values()];
}
