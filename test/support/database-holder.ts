/**
 * A process that needs the embedded database in the folder given as its argument, for tests that kill it.
 * Writes one JSON line per event; "leave" on its standard input makes it release the database and end.
 */
import { AppError } from "../../src/domain/errors.ts";
import { acquireEmbeddedPostgres } from "../../src/platform/postgres/embedded.ts";

const tell = (event: Record<string, string>) => process.stdout.write(`${JSON.stringify(event)}\n`);

try {
  const dataDir = process.argv[2] ?? "";
  const database = await acquireEmbeddedPostgres({
    dataDir,
    durable: false,
    onLog: (log) => tell({ log }),
  });
  tell({ url: database.url });
  process.stdin.once("data", () => {
    void database.release().then(() => process.stdin.destroy());
  });
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  tell({ code: error.code, safe: error.safe });
}
