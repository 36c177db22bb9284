import { SHAPED, GUESSED } from "./confidence.ts";
import { matches, together } from "./finder.ts";

const HOST = "(?:[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?\\.){1,8}\\p{L}{2,24}";

/** URLs with a scheme or "www.", and bare names under a top-level domain that few words end in. */
export const url = together(
  matches("DOMAIN_NAME", /(?<![\p{L}\p{N}])(?:https?|ftp|wss?):\/\/[^\s<>"'`{}|\\^]{1,2000}(?<![.,;:!?)\]])/iu, SHAPED),
  matches("DOMAIN_NAME", new RegExp(`(?<![\\p{L}\\p{N}@./-])www\\.${HOST}(?:/[^\\s<>"'\`{}|\\\\^]{0,2000}(?<![.,;:!?)\\]]))?`, "iu"), SHAPED),
  matches("DOMAIN_NAME", /(?<![\p{L}\p{N}@./_-])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.(?:com|org|net|edu|gov|co\.uk)(?![\p{L}\p{N}_(@-])/iu, GUESSED),
);
