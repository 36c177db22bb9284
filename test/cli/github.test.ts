import { expect, test } from "vitest";

const { annotation } = (await import("../../dist/cli/github.js" as string)) as typeof import("../../src/cli/github.ts");

test("an annotation is one line, whatever its message and place hold", () => {
  expect(annotation("error", "50 % of\r\nall: a, b::c", { file: "a,b:c/d%.yaml", line: 3, column: 7, title: "wrp: x, y" })).toBe(
    "::error file=a%2Cb%3Ac/d%25.yaml,line=3,col=7,title=wrp%3A x%2C y::50 %25 of%0D%0Aall: a, b::c",
  );
});

test("without a place there are no properties, not even an empty one", () => {
  expect(annotation("notice", "hello")).toBe("::notice::hello");
  expect(annotation("warning", "", { file: "x" })).toBe("::warning file=x::");
});

test("what GitHub's runner reads back is what was written", () => {
  const unescape = (text: string, more: readonly (readonly [string, string])[]) => [...more, ["%0D", "\r"], ["%0A", "\n"], ["%25", "%"]].reduce((t, [from, to]) => t.replaceAll(from as string, to as string), text);
  for (const text of ["%0A", "%250A", "a%3Ab", "%", "\n\r%\n", "file=x,line=1::"]) {
    const [, property, message] = /^::error title=([^,:]*)::([^]*)$/.exec(annotation("error", text, { title: text })) ?? [];
    expect(unescape(property ?? "", [["%3A", ":"], ["%2C", ","]])).toBe(text);
    expect(unescape(message ?? "", [])).toBe(text);
  }
});
