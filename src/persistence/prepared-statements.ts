import type postgres from "postgres";

type Client = postgres.Sql | postgres.TransactionSql;
type Unsafe = postgres.Sql["unsafe"];
type Work = (sql: postgres.TransactionSql) => unknown;

/**
 * The client with every statement that has parameters prepared under a name, once per connection.
 * Drizzle asks for that only where a query was built by `.prepare()`; for all others PostgreSQL
 * would parse and plan anew, and the driver would wait for one more answer. On an inbox that halves
 * PostgreSQL's share. Connections are replaced within the hour, and what they prepared with them.
 */
export function prepareStatements(sql: postgres.Sql): postgres.Sql {
  return preparing(sql);
}

function preparing<T extends Client>(client: T): T {
  const unsafe: Unsafe = (query, parameters = [], options = {}) =>
    client.unsafe(
      query,
      parameters,
      parameters.length > 0 ? { ...options, prepare: true } : options,
    );
  return new Proxy(client, {
    get(target, property) {
      if (property === "unsafe") return unsafe;
      const value: unknown = Reflect.get(target, property);
      if ((property !== "begin" && property !== "savepoint") || typeof value !== "function") {
        return value;
      }
      return (...parameters: unknown[]): unknown => {
        const work = parameters.at(-1) as Work;
        const before = parameters.slice(0, -1);
        return Reflect.apply(value, target, [
          ...before,
          (inner: postgres.TransactionSql) => work(preparing(inner)),
        ]);
      };
    },
  });
}
