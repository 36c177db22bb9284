import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { immediate } from "../../src/outcomes/transaction.ts";

/** A handle whose lock others hold for `busy` tries; `commits` tells whether they commit meanwhile. */
function contended(busy: number, commits: boolean): { handle: Database.Database; tries: () => number } {
  const handle = new Database(":memory:");
  let tries = 0;
  const exec = (sql: string) => {
    if (sql === "BEGIN IMMEDIATE" && ++tries <= busy) throw new Database.SqliteError("database is locked", "SQLITE_BUSY");
    return handle.exec(sql);
  };
  const pragma = () => (commits ? tries : 1);
  const stub = new Proxy(handle, {
    get: (target, name) => (name === "exec" ? exec : name === "pragma" ? pragma : Reflect.get(target, name, target)),
  });
  return { handle: stub, tries: () => tries };
}

test("the lock is waited for as long as others get something done", () => {
  const { handle, tries } = contended(30, true);
  expect(immediate(handle, () => "done")).toBe("done");
  expect(tries()).toBe(31);
});

test("a lock under which nothing moves is given up on", () => {
  const { handle, tries } = contended(30, false);
  expect(() => immediate(handle, () => "done")).toThrow("database is locked");
  expect(tries()).toBe(1);
});

test("what throws leaves nothing behind", () => {
  const handle = new Database(":memory:");
  handle.exec("CREATE TABLE apples (id INTEGER)");
  const failing = () =>
    immediate(handle, () => {
      handle.exec("INSERT INTO apples VALUES (1)");
      throw new Error("a worm");
    });
  expect(failing).toThrow("a worm");
  expect(handle.inTransaction).toBe(false);
  expect(handle.prepare("SELECT count(*) FROM apples").pluck().get()).toBe(0);
});
