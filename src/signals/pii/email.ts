import { SHAPED } from "./confidence.ts";
import { matches } from "./finder.ts";

/** Addresses as RFC 5321 bounds them (64 before the @, labels of 63), with a top-level label of letters; quoted local parts are not read. */
export const email = matches("EMAIL_ADDRESS", /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}_%+'-][\p{L}\p{N}._%+'-]{0,63}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}@])/u, SHAPED);
