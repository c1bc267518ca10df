import type { CompletionNode, CompletionOption, CompletionWord } from "./model.ts";

/** A script for PowerShell 5.1 and later. */
export function powershellCompletion(nodes: readonly CompletionNode[]): string {
  return `# PowerShell completion for connector. Add to $PROFILE:  connector completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'connector' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $tree = @{
${nodes.map(entryOf).join("\n")}
    }
    $path = 'connector'
    $previous = ''
    foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
        if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete -ne '') { break }
        $word = $element.ToString()
        if ($tree.ContainsKey("$path $word")) { $path = "$path $word" }
        $previous = $word
    }
    $node = $tree[$path]
    if ($node.OptionValues.ContainsKey($previous)) {
        $candidates = $node.OptionValues[$previous]
    } elseif ($wordToComplete -like '-*') {
        $candidates = $node.Options
    } else {
        $candidates = $node.Words
    }
    $candidates | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
        # Each is "word|description".
        $text, $tip = $_ -split '\\|', 2
        if (-not $tip) { $tip = $text }
        [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $tip)
    }
}
`;
}

function entryOf(node: CompletionNode): string {
  const options = node.options.flatMap(({ names, description }) =>
    names.map((word) => ({ word, description })),
  );
  const values = node.options.flatMap(valuesOf);
  return `        ${quoted(node.path)} = @{
            Words = @(${node.words.map(pair).join(", ")})
            Options = @(${options.map(pair).join(", ")})
            OptionValues = @{ ${values.join("; ")} }
        }`;
}

function valuesOf({ names, values }: CompletionOption): readonly string[] {
  if (typeof values === "string") return [];
  return names.map((name) => `${quoted(name)} = @(${values.map(quoted).join(", ")})`);
}

function pair({ word, description }: CompletionWord): string {
  return quoted(`${word}|${description}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
