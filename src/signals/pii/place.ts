import { GUESSED } from "./confidence.ts";
import { matches, together } from "./finder.ts";
import { countriesAndCities } from "./listed.ts";

/** Countries and large cities by list; and what is capitalised after words that only a place follows. */
export const place = together(
  countriesAndCities,
  matches("GPE", /\b(?:lives? in|lived in|living in|reside[sd]? in|based in|born in|moved to|moving to|flew to|flying to|fly to|travel(?:l?ing|l?ed)? to|trip to|arrived (?:at|in)|raised in|originally from|native of|coming to|citizen of|I am in|I'm in|(?:move|relocate) to)\s(?:the (?:city|town) of )?(?<value>\p{Lu}[\p{L}'’-]{2,24}(?: (?:d[eiou]s?|del?|la|el|upon|am|an der|sur)(?= \p{Lu})| \p{Lu}[\p{L}'’-]{1,24}){0,3})/u, GUESSED),
);
