import { GUESSED, LISTED, NAMED, SHAPED } from "./confidence.ts";
import { beside, matches, together } from "./finder.ts";

const MONTH = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";
const DAY = "(?:3[01]|[12]\\d|0?[1-9])";
const TIME = "(?:2[0-3]|[01]?\\d):[0-5]\\d(?::[0-5]\\d(?:\\.\\d{1,9})?)?(?: ?[ap]\\.?m\\b\\.?)?";
const YEAR = "(?:19|20)\\d{2}";

/** Dates and times of day: numbers with separators, months and weekdays by name, and years after a word of time. Relative days ("tomorrow") are none. */
export const dates = together(
  matches("DATE_TIME", new RegExp(`(?<![\\p{L}\\p{N}.-])${YEAR}([-/.])(?:1[0-2]|0?[1-9])\\1${DAY}(?:[T ]${TIME}(?:Z|[+-]\\d{2}:?\\d{2})?)?(?![\\p{L}\\p{N}]|-\\d)`, "iu"), SHAPED),
  matches("DATE_TIME", new RegExp(`(?<![\\p{L}\\p{N}./-])(?:${DAY}([-/.])(?:1[0-2]|0?[1-9])\\1|(?:1[0-2]|0?[1-9])([-/.])${DAY}\\2)(?:${YEAR}|18\\d{2}|\\d{2})(?: ${TIME})?(?![\\p{L}\\p{N}]|[-/.]\\d)`, "iu"), SHAPED),
  matches("DATE_TIME", new RegExp(`(?<![\\p{L}\\p{N}])(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?(?:${MONTH} ${DAY}(?:st|nd|rd|th)?(?:,? ${YEAR})?|${DAY}(?:st|nd|rd|th)?(?: of)? ${MONTH}(?:,? ${YEAR})?|(?!may )${MONTH},? ${YEAR})(?![\\p{L}\\p{N}])`, "iu"), SHAPED),
  matches("DATE_TIME", new RegExp(`(?<![\\p{L}\\p{N}:.])${TIME}(?![\\p{L}\\p{N}:])`, "iu"), NAMED),
  matches("DATE_TIME", /(?<![\p{L}\p{N}:.])(?:1[0-2]|[1-9]) ?(?:[ap]\.?m\b\.?|o['’]clock)/iu, NAMED),
  matches("DATE_TIME", /(?<![\p{L}\p{N}])(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?![\p{L}\p{N}])/u, LISTED),
  matches("DATE_TIME", new RegExp(`(?<![\\p{L}\\p{N}.,$€£/-])${YEAR}(?![\\p{L}\\p{N}%]|[.,/-]\\d)`, "u"), (_, text, start) =>
    /\b(?:in|since|during|from|until|till|by|of|before|after|around|circa|year|early|late|and|to|between)\s{1,2}$/i.test(text.slice(Math.max(0, start - 9), start)) ? LISTED : null,
  ),
  matches("DATE_TIME", /(?<![\p{L}\p{N}./-])(?:1[0-2]|0?[1-9])\/\d{2}(?![\p{L}\p{N}]|[-/.]\d)/u, (_, text, start) => (beside(text, start, /\b(?:on|by|expir\w{1,4}|exp\.?|until|valid|due|since|before)\b[^.]{0,12}$/i, { reach: 24 }) ? GUESSED : null)),
);
