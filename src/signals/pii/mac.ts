import { SHAPED } from "./confidence.ts";
import { matches } from "./finder.ts";

/** Six bytes in hex with one kind of separator, or three groups of four with dots (IEEE 802 and Cisco's form). */
export const mac = matches("MAC_ADDRESS", /(?<![\p{L}\p{N}:-])(?:[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5})|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})(?![\p{L}\p{N}:-])/iu, SHAPED);
