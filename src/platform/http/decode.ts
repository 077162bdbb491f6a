import { promisify } from "node:util";
import { brotliDecompress, unzip } from "node:zlib";
import { tooLarge, unreachable } from "./failure.ts";

const decoders = new Map([
  ["gzip", promisify(unzip)],
  ["x-gzip", promisify(unzip)],
  ["deflate", promisify(unzip)],
  ["br", promisify(brotliDecompress)],
]);

/**
 * The body without its content coding. We never ask for one, but some servers compress regardless.
 *
 * Decoding stops at `maxBytes`, so a small body that unfolds into gigabytes costs no more than that.
 * Throws `http_too_large`, or `http_unreachable` when the coding is unknown or broken.
 */
export async function decodeBody(
  body: Buffer,
  encoding: string | undefined,
  maxBytes: number,
  host: string,
): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? "";
  if (name === "" || name === "identity" || body.length === 0) return body;
  const decode = decoders.get(name);
  if (decode === undefined) throw unreachable(host, new Error(`Content-Encoding ${name}`));
  try {
    return await decode(body, { maxOutputLength: maxBytes });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    throw code === "ERR_BUFFER_TOO_LARGE"
      ? tooLarge(host, maxBytes, error)
      : unreachable(host, error);
  }
}
