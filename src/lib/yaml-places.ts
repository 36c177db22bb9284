import { isMap, isNode, isScalar, type Document, type LineCounter } from "yaml";
import type { Place } from "../model/errors.ts";

/** Where the parts of a YAML file stand. */
export interface YamlPlaces {
  /** Of the value that a path leads to; where there is none, of the nearest thing around it. */
  of(path: readonly PropertyKey[]): Place;
  /** Of the key that a path ends in. */
  ofKey(path: readonly PropertyKey[]): Place;
  atOffset(offset: number): Place;
}

export function yamlPlaces(document: Document, lines: LineCounter, file: string): YamlPlaces {
  const atOffset = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const of = (path: readonly PropertyKey[]): Place => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return atOffset(node.range[0]);
    }
    return { file };
  };
  return {
    of,
    atOffset,
    ofKey(path) {
      const map = document.getIn(path.slice(0, -1), true);
      const pair = isMap(map) ? map.items.find(({ key }) => String(isScalar(key) ? key.value : key) === path.at(-1)) : undefined;
      return isNode(pair?.key) && pair.key.range ? atOffset(pair.key.range[0]) : of(path);
    },
  };
}
