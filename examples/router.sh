#!/bin/sh
# A router for wrp in POSIX shell, no other program needed: long prompts to the last model that wrp tells of, short ones to the first.
# wrp help command prints the protocol. LONG sets where long begins, in code points.
#
# JSON is taken apart by its marks: inside a text a quote is written \", so "id":" and "lengthCodePoints": are found only where
# they are keys.

long=${LONG:-600}

name_of() { # the text up to the next quote that is none of the name's own; a name with a quote in it needs a real JSON parser
  printf '%s' "${1%%\"*}"
}

while IFS= read -r line; do
  case $line in
  '{"type":"hello"'*)
    first=$(name_of "${line#*\"name\":\"}")
    last=$(name_of "${line##*\"name\":\"}")
    echo "router.sh: short to $first, long to $last" >&2 # logs never go to stdout
    ;;
  '{"type":"route"'*)
    id=${line#*\"id\":\"}
    id=${id%%\"*}
    case $line in
    *'"lengthCodePoints":'*)
      length=${line#*\"lengthCodePoints\":}
      length=${length%%[!0-9]*}
      if [ "$length" -ge "$long" ]; then model=$last rule=long; else model=$first rule=short; fi
      printf '{"id":"%s","model":"%s","rule":"%s","facts":{"length":%s}}\n' "$id" "$model" "$rule" "$length"
      ;;
    *)
      printf '{"id":"%s","model":null,"rule":"its length is not known"}\n' "$id"
      ;;
    esac
    ;;
  esac
done
