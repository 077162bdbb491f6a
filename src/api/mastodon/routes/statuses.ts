import type { Hono } from "hono";
import { z } from "zod";
import { isPublic } from "../../../domain/audience/audience.ts";
import { notFound } from "../../../domain/errors.ts";
import type { Context } from "../../../services/context.ts";
import { readContext } from "../../../services/status-context.ts";
import { readHistory } from "../../../services/status-history.ts";
import { findEntries, findEntry, findPost, notAllowed } from "../../../services/status-reading.ts";
import { getSource } from "../../../services/status-source.ts";
import { entryOf, viewStatuses } from "../../../services/status-views.ts";
import { findCredential, idInPath, requireCredential, viewerWith } from "../access.ts";
import { statusEditJson } from "../entities/status-edit.ts";
import { statusJson } from "../entities/status.ts";
import { list, id } from "../fields.ts";
import { readInput } from "../params.ts";

const READ = "read:statuses";
const MOST_AT_ONCE = 40;

const SEVERAL = z.object({
  id: list(id, MOST_AT_ONCE).optional(),
  ids: list(id, MOST_AT_ONCE).optional(),
});

/** `/api/v1/statuses`: reading posts and practices. */
export function statusRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  app.get("/api/v1/statuses", async (c) => {
    const credential = await findCredential(context, c, READ);
    const { id: one = [], ids = [] } = await readInput(c, SEVERAL);
    const wanted = [...new Set([...one, ...ids])].slice(0, MOST_AT_ONCE);
    const entries = await findEntries(context, viewerWith(credential), wanted);
    const views = await viewStatuses(context, credential, entries);
    return c.json(views.map((view) => statusJson(view, origin)));
  });

  app.get("/api/v1/statuses/:id", async (c) => {
    const credential = await findCredential(context, c, READ);
    const entry = await findEntry(context, viewerWith(credential), idInPath(c));
    const [view] = await viewStatuses(context, credential, [entry]);
    if (view === undefined) throw notFound();
    return c.json(statusJson(view, origin));
  });

  app.get("/api/v1/statuses/:id/context", async (c) => {
    const credential = await findCredential(context, c, READ);
    const thread = await readContext(context, viewerWith(credential), idInPath(c));
    const entries = [...thread.ancestors, ...thread.descendants].map(entryOf);
    const views = await viewStatuses(context, credential, entries, { place: "thread" });
    const shown = views.map((view) => statusJson(view, origin));
    const above = thread.ancestors.length;
    return c.json({ ancestors: shown.slice(0, above), descendants: shown.slice(above) });
  });

  app.get("/api/v1/statuses/:id/history", async (c) => {
    const credential = await findCredential(context, c, READ);
    const states = await readHistory(context, credential, idInPath(c));
    return c.json(states.map((state) => statusEditJson(state, origin)));
  });

  app.get("/api/v1/statuses/:id/source", async (c) => {
    const credential = await requireCredential(context, c, READ);
    const wanted = idInPath(c);
    const { text, spoilerText } = await getSource(context, credential, wanted);
    return c.json({ id: wanted.toString(), text, spoiler_text: spoilerText });
  });

  app.post("/api/v1/statuses/:id/translate", async (c) => {
    const credential = await requireCredential(context, c, READ);
    const post = await findPost(context, credential.viewer, idInPath(c));
    if (!isPublic(post.audience)) throw notAllowed("Only public posts can be translated.");
    // No translator is built in: the same answer as from a Mastodon without one.
    throw notFound();
  });
}
