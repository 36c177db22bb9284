import { caseOfCommand, caseOfPlace, quoted } from "./cases.ts";
import type { Spot } from "./tree.ts";

/** A zsh script: to be sourced, or put as `_wrp` into a folder of $fpath. */
export function zshScript(spots: readonly Spot[]): string {
  const described = ({ name, description }: { name: string; description: string }) => quoted(`${name.replaceAll(":", "\\:")}${description === "" ? "" : `:${description}`}`);
  return `#compdef wrp
# zsh completion of wrp, made by: wrp completion zsh
_wrp() {
  local at="" prev="\${words[CURRENT-1]}" cur="\${words[CURRENT]}" word kind=""
  local -a list found
  if [[ $cur == --*=* ]]; then prev="\${cur%%=*}"; compset -P '*='; fi
  for word in "\${(@)words[2,CURRENT-1]}"; do
    ${caseOfCommand(spots)}
  done
${caseOfPlace(spots, { offer: (words) => `list+=(${words.map(described).join(" ")})` })}
  if [[ $kind == files ]]; then
    _files
  elif [[ -n $kind ]]; then
    found=("\${(@f)$("\${(Q)words[1]}" __complete $kind -- "\${(@Q)words}" 2>/dev/null)}")
    compadd -- "\${(@)\${(@)found%%$'\\t'*}:#}"
  fi
  if (( \${#list} )); then _describe wrp list; fi
}
if [[ "\${funcstack[1]}" == _wrp ]]; then _wrp "$@"; else compdef _wrp wrp; fi
`;
}
