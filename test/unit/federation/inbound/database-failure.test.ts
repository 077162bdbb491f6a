import { expect, test } from "vitest";
import {
  isDataRefused,
  isDatabaseBusy,
} from "../../../../src/federation/inbound/database-failure.ts";

/** An error of the driver as Drizzle passes it on. */
function failure(code: string): Error {
  return new Error("Failed query", { cause: Object.assign(new Error("refused"), { code }) });
}

test.each([
  ["a character that cannot be stored", "22021", { data: true, busy: false }],
  ["an index entry that is too long", "54000", { data: true, busy: false }],
  ["a deadlock", "40P01", { data: false, busy: true }],
  ["too many connections", "53300", { data: false, busy: true }],
  ["a shutdown", "57P01", { data: false, busy: true }],
  ["a lost connection", "CONNECTION_CLOSED", { data: false, busy: true }],
  ["a table that is missing", "42P01", { data: false, busy: false }],
])("%s is told apart", (_name, code, { data, busy }) => {
  expect([isDataRefused(failure(code)), isDatabaseBusy(failure(code))]).toEqual([data, busy]);
});
