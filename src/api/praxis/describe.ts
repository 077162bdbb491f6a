import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { Problem } from "./schemas.ts";

/** What the OpenAPI description says of a route. `null` = no body. */
export interface RouteDescription {
  readonly summary: string;
  readonly query?: readonly string[];
  readonly body?: z.ZodType;
  /** a body that is a multipart form instead of JSON */
  readonly form?: z.ZodType;
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
}

/** Adds a route to the OpenAPI description; the route itself stands next to the call. */
export function describe(
  app: OpenAPIHono,
  method: "get" | "post" | "patch" | "delete",
  path: string,
  route: RouteDescription,
): void {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const answers = Object.entries(route.answers).map(([status, schema]) => [
    status,
    { description: "Done", ...(schema === null ? {} : json("application/json", schema)) },
  ]);
  app.openAPIRegistry.registerPath({
    method,
    path: `/api/praxis/v1${path}`,
    summary: route.summary,
    security: [{ bearer: [] }, ...(method === "get" ? [{}] : [])],
    request: {
      ...(names.length === 0 ? {} : { params: texts(names, z.string()) }),
      ...(route.query === undefined ? {} : { query: texts(route.query, z.string().optional()) }),
      ...(route.body === undefined ? {} : { body: json("application/json", route.body) }),
      ...(route.form === undefined ? {} : { body: json("multipart/form-data", route.form) }),
    },
    responses: {
      ...Object.fromEntries(answers),
      default: {
        description: "What went wrong (RFC 9457)",
        ...json("application/problem+json", Problem),
      },
    },
  });
}

function json(type: string, schema: z.ZodType) {
  return { content: { [type]: { schema } } };
}

function texts<Schema extends z.ZodType>(names: readonly string[], schema: Schema) {
  return z.object(Object.fromEntries(names.map((name) => [name, schema])));
}
