import { AppError } from "../../domain/errors.ts";
import type { HttpClient } from "../../platform/http/client.ts";
import { hostIn, remoteUnreachable } from "../remote/problems.ts";
import { isJson, type Json } from "../remote/wire-values.ts";

const MAX_BYTES = 64 * 1024;
const TIMEOUT_MS = 8_000;

interface Asked {
  readonly method: "GET" | "POST";
  readonly url: string;
  /** sent as a form */
  readonly form?: Readonly<Record<string, string>>;
  readonly token?: string;
}

/**
 * One request to a server about an account; `json` is null when the answer is no JSON object.
 * Redirects are not followed: what is sent here is for this server alone.
 * @throws AppError `remote_unreachable`, `sign_in_not_offered` for an address that is never called
 */
export async function request(
  http: HttpClient,
  { method, url, form, token }: Asked,
): Promise<{ status: number; json: Json | null }> {
  try {
    const { status, body } = await http.request({
      method,
      url,
      headers: {
        accept: "application/json",
        ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
    });
    return { status, json: parse(body) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (["http_timeout", "http_unreachable"].includes(error.code)) {
      throw remoteUnreachable(error.safe, error);
    }
    throw notOffered(url, error);
  }
}

function parse(body: Buffer): Json | null {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return isJson(value) ? value : null;
  } catch {
    return null;
  }
}

/** The server has no sign-in for other applications, or none that may be trusted. */
export function notOffered(address: string, cause: unknown): AppError {
  return new AppError(
    "sign_in_not_offered",
    `${hostIn(address)} does not offer sign-in for other websites.`,
    { status: 422, cause },
  );
}

/** The server did not confirm who it was. */
export function refused(address: string, cause: unknown): AppError {
  return new AppError("sign_in_refused", `${hostIn(address)} did not confirm who you are.`, {
    status: 401,
    cause,
  });
}
