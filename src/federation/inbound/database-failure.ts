/** SQLSTATE classes: data exception, and program limit exceeded (an index entry that is too long). */
const DATA = /^(?:22|54)/;
/** Connection, transaction rollback (deadlock), resources, operator intervention (shutdown). */
const BUSY = /^(?:08|40|53|57)/;

/** Whether PostgreSQL could not take a value that came from elsewhere: the sender's fault, not ours. */
export function isDataRefused(error: unknown): boolean {
  return DATA.test(sqlState(error));
}

/** Whether the same work may succeed a little later. */
export function isDatabaseBusy(error: unknown): boolean {
  const state = sqlState(error);
  return BUSY.test(state) || /^(?:CONNECT|CONNECTION_|ECONN)/.test(state);
}

function sqlState(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string") return cause.code;
  }
  return "";
}
