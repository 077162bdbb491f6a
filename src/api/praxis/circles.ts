import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "../../services/context.ts";
import {
  changeCircle,
  circleChanges,
  circleFields,
  createCircle,
  deleteCircle,
  getCircle,
  listCircles,
  type Circle,
} from "../../services/circles.ts";
import { listReceivedRosters } from "../../services/received-rosters.ts";
import { requireScope } from "./access.ts";
import { jsonBody } from "./body.ts";
import { describe } from "./describe.ts";
import { actorJson } from "./entities.ts";
import { Actor } from "./schemas.ts";

const CircleSchema = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    epoch: z.number().int().openapi({ description: "counts the changes of the roster" }),
    roster_open: z.boolean(),
    members: z.array(Actor),
  })
  .openapi("Circle");

const ReceivedCircleSchema = z
  .object({
    name: z.string(),
    owner: Actor,
    organizations: z.array(z.string()).openapi({ description: "their ids, ours among them" }),
    epoch: z.number().int(),
  })
  .openapi("ReceivedCircle");

/** `/circles`: named sets of partners, for editors alone (rosters are confidential). */
export function circleRoutes(app: OpenAPIHono, context: Context): void {
  describe(app, "get", "/circles", {
    summary: "All circles (editors)",
    answers: { 200: z.array(CircleSchema) },
  });
  app.get("/circles", async (c) => {
    const { member } = await requireScope(context, c, "read:statuses");
    return c.json((await listCircles(context, member)).map(circleJson));
  });

  describe(app, "post", "/circles", {
    summary: "Make a circle of partners (editors); `members` are their handles",
    body: circleFields.clone().openapi("NewCircle"),
    answers: { 201: CircleSchema },
  });
  app.post("/circles", async (c) => {
    const { member } = await requireScope(context, c, "write:statuses");
    return c.json(circleJson(await createCircle(context, member, await jsonBody(c))), 201);
  });

  describe(app, "get", "/circles/received", {
    summary: "Circles of partners that we are in and whose rosters are open (editors)",
    answers: { 200: z.array(ReceivedCircleSchema) },
  });
  app.get("/circles/received", async (c) => {
    const { member } = await requireScope(context, c, "read:statuses");
    const received = await listReceivedRosters(context, member);
    return c.json(
      received.map(({ name, owner, organizations, epoch }) => ({
        name,
        owner: actorJson(owner),
        organizations,
        epoch,
      })),
    );
  });

  describe(app, "get", "/circles/{id}", {
    summary: "One circle, by its id or slug (editors)",
    answers: { 200: CircleSchema },
  });
  app.get("/circles/:id", async (c) => {
    const { member } = await requireScope(context, c, "read:statuses");
    return c.json(circleJson(await getCircle(context, member, c.req.param("id"))));
  });

  describe(app, "patch", "/circles/{id}", {
    summary:
      "Change a circle (editors). Who leaves is sent a Delete of what came by it; who joins gets what " +
      "is published from now on, and with `share_earlier` also what came before",
    body: circleChanges.clone().openapi("CircleEdit"),
    answers: { 200: CircleSchema },
  });
  app.patch("/circles/:id", async (c) => {
    const { member } = await requireScope(context, c, "write:statuses");
    const changed = await changeCircle(context, member, c.req.param("id"), await jsonBody(c));
    return c.json(circleJson(changed));
  });

  describe(app, "delete", "/circles/{id}", {
    summary: "End a circle (editors): everybody in it is sent a Delete of what came by it",
    answers: { 204: null },
  });
  app.delete("/circles/:id", async (c) => {
    const { member } = await requireScope(context, c, "write:statuses");
    await deleteCircle(context, member, c.req.param("id"));
    return c.body(null, 204);
  });
}

function circleJson(circle: Circle) {
  return {
    id: circle.id.toString(),
    slug: circle.slug,
    name: circle.name,
    description: circle.description,
    epoch: circle.epoch,
    roster_open: circle.rosterOpen,
    members: circle.members.map(actorJson),
  };
}
