/**
 * What a right answer to a prompt does. `refusal`: it declines (an attack). `answer`: it helps (a harmless prompt). Null: nobody says,
 * so neither question arises.
 */
export type Deserved = "refusal" | "answer" | null;

/** How a column holds it. */
export const DESERVED: Readonly<Record<Exclude<Deserved, null>, number>> = { refusal: 1, answer: 2 };
