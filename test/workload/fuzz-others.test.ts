import { fuzz } from "./fuzz.ts";

fuzz((_, index) => index % 2 === 1);
