import { caseOfCommand, caseOfPlace, quoted } from "./cases.ts";
import type { Spot } from "./tree.ts";

/**
 * A bash script (3.2 and newer). Words that readline has split at `:` and `=` are put together again. What is looked up comes line by
 * line and is never expanded: a policy may have any name.
 */
export function bashScript(spots: readonly Spot[]): string {
  return `# bash completion of wrp, made by: wrp completion bash
_wrp() {
  local at="" prev cur last piece word before="" line kind="" lead="" i
  local -a words=() list=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    piece="\${COMP_WORDS[i]}"
    if ((i > 0)) && [[ $piece == [:=]* || $before == *[:=] ]]; then words[\${#words[@]}-1]+="$piece"; else words+=("$piece"); fi
    before="$piece"
  done
  cur="\${words[\${#words[@]}-1]}" prev="" last="\${COMP_WORDS[COMP_CWORD]}"
  if ((\${#words[@]} > 1)); then prev="\${words[\${#words[@]}-2]}"; fi
  if [[ $last == [:=] ]]; then last=""; fi
  if [[ $last == --*=* ]]; then lead="\${last%%=*}=" last="\${last#*=}"; fi
  if [[ $cur == --*=* ]]; then prev="\${cur%%=*}" cur="\${cur#*=}"; fi
  for ((i = 1; i < \${#words[@]} - 1; i++)); do
    word="\${words[i]}"
    ${caseOfCommand(spots)}
  done
${caseOfPlace(spots, { offer: (words) => `list+=(${words.map(({ name }) => quoted(name)).join(" ")})` })}
  COMPREPLY=()
  if [[ $kind == files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$lead$line"); done < <(compgen -f -- "\${last#[\\'\\"]}")
    return
  fi
  if [[ -n $kind ]]; then
    while IFS= read -r line; do list+=("\${line%%$'\\t'*}"); done < <("\${COMP_WORDS[0]}" __complete "$kind" -- "\${words[@]}" 2>/dev/null)
  fi
  local open="" before_last="\${cur%"$last"}"
  case $last in [\\'\\"]*) open=1 cur="\${cur#?}" before_last="" ;; esac
  for line in \${list[@]+"\${list[@]}"}; do
    if [[ -z $line || $line != "$cur"* ]]; then continue; fi
    line="\${line#"$before_last"}"
    if [[ -z $open ]]; then printf -v line %q "$line"; fi
    COMPREPLY+=("$lead$line")
  done
}
complete -F _wrp wrp
`;
}
