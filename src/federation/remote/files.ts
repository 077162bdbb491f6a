import { AppError } from "../../domain/errors.ts";
import type { HttpClient } from "../../platform/http/client.ts";
import type { OpenRemoteFile } from "../../services/media-access.ts";
import { signRequest } from "../signatures/sign.ts";
import type { Signer } from "./documents.ts";
import { hostIn, remoteInvalid, remoteNotFound, remoteUnreachable } from "./problems.ts";

/** For all of a file, at the speed of whoever reads it. */
const TIMEOUT_MS = 5 * 60_000;

/** Statuses by which servers say that there is nothing here for us. */
const NOTHING_FOR_US = new Set([401, 403, 404, 410]);

/** Reads files of posts from other instances, signed (`services/media-access.ts`). */
export function createFileReader(options: {
  readonly http: HttpClient;
  /** the instance actor's key */
  readonly signer: Signer;
}): OpenRemoteFile {
  return async ({ method, url, range, maxBytes, signer }) => {
    const key = signer ?? (await options.signer());
    const signature =
      key === null
        ? {}
        : signRequest({
            method,
            url,
            keyId: key.keyIri,
            privateKey: key.privateKey,
            spec: "draft-cavage",
          });
    const { status, headers, body } = await options.http
      .open({
        method,
        url,
        headers: { accept: "*/*", ...(range === null ? {} : { range }), ...signature },
        maxBytes,
        timeoutMs: TIMEOUT_MS,
      })
      .catch((error: unknown) => {
        throw asRemoteProblem(error);
      });
    if (status !== 200 && status !== 206) {
      await body.cancel();
      const host = hostIn(url);
      if (NOTHING_FOR_US.has(status)) throw remoteNotFound(host);
      throw remoteUnreachable(`${host} answered with an error (HTTP ${status}).`);
    }
    const length = headers["content-length"];
    return {
      status,
      mediaType: headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? null,
      bytes: length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : null,
      contentRange: contentRange(headers["content-range"]),
      acceptsRanges: headers["accept-ranges"] === "bytes",
      body: method === "HEAD" ? await nothing(body) : body,
    };
  };
}

async function nothing(body: ReadableStream<Uint8Array>): Promise<null> {
  await body.cancel();
  return null;
}

/** Only what it must look like is passed on (RFC 9110 §14.4). */
function contentRange(value: string | undefined): string | null {
  return value !== undefined && /^bytes \d{1,15}-\d{1,15}\/(?:\d{1,15}|\*)$/.test(value)
    ? value
    : null;
}

/** What the HTTP client reports, in the words of this folder. */
function asRemoteProblem(error: unknown): unknown {
  if (!(error instanceof AppError) || !error.code.startsWith("http_")) return error;
  const silent = ["http_timeout", "http_unreachable"].includes(error.code);
  return silent ? remoteUnreachable(error.safe, error) : remoteInvalid(error.safe, error);
}
