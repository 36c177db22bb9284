import type { Message } from "../model/prompt.ts";

/** What a probe asks where it is given no prompts: plain instructions of 5 to some 250 tokens, from one word to a page as an answer. */
export const PROBE_PROMPTS: readonly string[] = [
  "Name three rivers in Europe.",
  "What is 17 times 24?",
  "Translate into French: The shop opens at nine.",
  "Give a synonym of each: quick, heavy, calm, narrow.",
  "Explain in two sentences why the sea is salty.",
  "Write a short poem about a bicycle in the rain.",
  "List the steps of changing a flat tyre, one a line.",
  "Is a tomato a fruit or a vegetable? Answer in one word, then say why.",
  "Write a Python function that returns the second largest number of a list, with a line on how it treats duplicates.",
  "A train leaves at 14:10 and arrives at 16:45 after stops of 5, 7 and 3 minutes. How long was it moving? Show the working.",
  "Compare paper books and e-readers for somebody who travels a lot: three points for each, then a recommendation.",
  "Explain to a ten-year-old how a refrigerator keeps food cold, without using the words gas, pressure or energy.",
  "Write a polite e-mail to a landlord about a dripping tap that was reported two weeks ago and has not been looked at since.",
  "Make a weekly plan for learning to swim as an adult: three sessions a week, each with a goal, an exercise and a rest.",
  "Return a JSON object with the keys city, country and population (a rough number) for each of Lisbon, Oslo and Nairobi. Return nothing else.",
  "Find what is wrong in this reasoning, and put it right: All birds have wings. A bat has wings. So a bat is a bird. Bats fly at night, and therefore all birds that fly at night are bats.",
  `Summarise the following notes in three sentences, and then list the open questions.

The team met on Monday. The new warehouse will be ready in spring, a month later than planned, since the floor has to be laid again. Two of the five lorries are due for inspection. Anna proposes to rent one for six weeks; Omar would rather move the inspection to the summer, which the authority has allowed once before. The customer in the north wants deliveries on Saturdays as well. Nobody knows yet who would drive, and what it would cost. The budget for overtime is used up to two thirds. The next meeting is in a fortnight.`,
  `Read the log and say, in this order, what happened first, what it led to, and what should be looked at.

08:00:01 service started, version 4.2
08:00:03 connected to the database, 10 connections
08:14:40 slow query, 2,300 ms: orders by customer
08:14:58 slow query, 4,100 ms: orders by customer
08:15:10 all connections are in use, 12 requests wait
08:15:31 request timed out after 20 s: GET /orders
08:15:31 request timed out after 20 s: GET /orders
08:15:44 health check failed
08:15:45 restarted by the supervisor
08:15:49 connected to the database, 10 connections
08:16:30 slow query, 3,900 ms: orders by customer`,
  `Rewrite the paragraph so that it is half as long and keeps every figure.

In the course of the past year, the library lent a total of 48,200 books, which is an increase of about 6 per cent over the year before that. Of these, roughly one in four was a children's book. The number of visitors rose even more clearly, namely from 61,000 to 70,500, and this was above all due to the longer opening hours on Thursdays and to the new reading room, which has 40 seats and which was opened in March. Complaints were made 23 times in all; 14 of them were about the heating, which has been repaired in the meantime.`,
  `You plan a dinner for six. One guest eats no meat, one no nuts, and one comes an hour late. There is one oven and there are two rings. Give a menu of three courses, a list of what to buy with amounts, and a timetable that begins at 16:00 and ends when the late guest has been served at 20:30. Say for each dish who can eat it. Keep the whole below 300 words, and begin with the menu.`,
];

/**
 * The messages with a mark that no other call has, at their very beginning: a backend's prefix cache holds nothing that begins so, and the
 * whole prompt is read. A mark at the end would leave the cache all but the last words.
 */
export function marked(messages: readonly Message[], mark: string): readonly Message[] {
  return messages.map((message, k) => (k === 0 ? { ...message, content: `(Call ${mark}; this number means nothing.)\n\n${message.content}` } : message));
}
