import type { Context as HonoContext } from "hono";
import type { z } from "zod";
import { invalid } from "../../domain/errors.ts";
import { readParams } from "../../platform/http/request-params.ts";

/**
 * Reads a request by a schema. Unknown names are ignored, as clients send what other servers know.
 * @throws AppError `request_unreadable`, `invalid_request` with the names that are wrong
 */
export async function readInput<Schema extends z.ZodType>(
  c: HonoContext,
  schema: Schema,
): Promise<z.output<Schema>> {
  return parseInput(schema, await readParams(c.req.raw));
}

/** @throws AppError `invalid_request` with the names that are wrong */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  params: unknown,
): z.output<Schema> {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  throw invalid(
    Object.fromEntries(
      result.error.issues.map((issue) => [
        issue.path.join(".") || "request",
        issue.message.toLowerCase(),
      ]),
    ),
  );
}
