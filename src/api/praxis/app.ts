import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { AppError, notFound } from "../../domain/errors.ts";
import type { Context } from "../../services/context.ts";
import { discussionRoutes } from "./discussion.ts";
import { circleRoutes } from "./circles.ts";
import { disclosureRoutes } from "./disclosures.ts";
import { followRoutes } from "./follows.ts";
import { mediaRoutes } from "./media.ts";
import { partnershipRoutes } from "./partnerships.ts";
import { practiceRoutes } from "./practices.ts";
import { problem } from "./problem.ts";

const LARGEST_BODY = 1024 * 1024;

/** Our own REST API, to be mounted at `/api/praxis/v1`. `onError` hears of what we did not expect. */
export function praxisApi(
  context: Context,
  options: { version: string; onError: (error: unknown) => void },
): OpenAPIHono {
  const app = new OpenAPIHono();
  app.use(cors({ origin: "*", exposeHeaders: ["Link", "Location"] }));
  app.use(async (c, next) => {
    await next();
    // Answers depend on who asks; nobody in between may keep them.
    c.res.headers.set("Cache-Control", "private, no-store");
    c.res.headers.append("Vary", "Authorization");
  });
  const limitBody = bodyLimit({
    maxSize: LARGEST_BODY,
    onError: () => {
      throw new AppError("body_too_large", "The body is larger than 1 MiB.", { status: 413 });
    },
  });
  // A file is read as it comes, within limits of its own.
  app.use((c, next) => (c.req.path.endsWith("/v1/media") ? next() : limitBody(c, next)));
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
  });
  practiceRoutes(app, context);
  discussionRoutes(app, context);
  followRoutes(app, context);
  circleRoutes(app, context);
  disclosureRoutes(app, context);
  mediaRoutes(app, context);
  partnershipRoutes(app, context);
  app.get("/openapi.json", (c) =>
    c.json(
      app.getOpenAPI31Document({
        openapi: "3.1.0",
        info: { title: "Praxis", version: options.version },
        servers: [{ url: context.config.origin }],
      }),
    ),
  );
  app.all("*", (c) => problem(c, notFound()));
  app.onError((error, c) => {
    if (error instanceof AppError) return problem(c, error);
    options.onError(error);
    const unexpected = new AppError("internal", "Something went wrong on our side.", {
      status: 500,
    });
    return problem(c, unexpected);
  });
  return app;
}
