import type { Context as HonoContext } from "hono";
import { AppError } from "../../domain/errors.ts";

/** The JSON body. @throws AppError `body_not_json`, `media_type_unsupported` */
export async function jsonBody(c: HonoContext): Promise<unknown> {
  const type = c.req.header("Content-Type") ?? "";
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
    throw new AppError("media_type_unsupported", "Send JSON: Content-Type: application/json", {
      status: 415,
    });
  }
  try {
    return await c.req.json();
  } catch (cause) {
    throw new AppError("body_not_json", "The body is not valid JSON.", { cause });
  }
}
