import { AppError } from "../domain/errors.ts";
import type { Context } from "./context.ts";

/** Readings of other instances at the same time; more would only wait for each other. */
const MAX_READINGS = 256;

/** The client's codes for a host that is not there, as opposed to one that answers with an error. */
const SILENCE = new Set(["http_unreachable", "http_timeout"]);

/**
 * Reads something of another instance: once for all who ask at the same time, and not again for
 * some minutes after a failure. With `again` (a person asks) earlier failures do not count.
 * @throws AppError `remote_…` of the reading, this one or the one remembered
 */
export async function readOnce<T>(
  context: Context,
  { what, iri }: { readonly what: "actor" | "key"; readonly iri: string },
  read: () => Promise<T>,
  { again = false }: { readonly again?: boolean } = {},
): Promise<T> {
  const { failures, deadHosts, readings } = context.memory.remote;
  const wanted = `${what} ${iri}`;
  const host = URL.parse(iri)?.host ?? iri;
  const known = again ? undefined : (failures.get(wanted) ?? deadHosts.get(host));
  if (known !== undefined) throw known;
  const running = readings.get(wanted);
  // The key says what is read, so all who share it read the same kind of thing.
  if (running !== undefined) return running as Promise<T>;
  if (readings.size >= MAX_READINGS) {
    throw new AppError("remote_unreachable", "This server is busy with other servers.", {
      status: 503,
    });
  }
  const reading = read().then(
    (result) => {
      failures.delete(wanted);
      deadHosts.delete(host);
      return result;
    },
    (error: unknown) => {
      if (error instanceof AppError && error.code.startsWith("remote_")) {
        // Without its cause, which may hold on to a whole response.
        const remembered = new AppError(error.code, error.safe, { status: error.status });
        failures.set(wanted, remembered);
        if (isSilence(error)) deadHosts.set(host, remembered);
      }
      throw error;
    },
  );
  const tracked = reading.finally(() => readings.delete(wanted));
  readings.set(wanted, tracked);
  return tracked;
}

function isSilence({ cause }: AppError): boolean {
  return cause instanceof AppError && SILENCE.has(cause.code);
}
