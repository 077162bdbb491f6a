import type { Hono } from "hono";
import type { Visible } from "../../../domain/audience/policy.ts";
import type { Id } from "../../../domain/ids.ts";
import type { Acting } from "../../../services/acting.ts";
import { bookmark, unbookmark } from "../../../services/bookmarks.ts";
import { boost, unboost } from "../../../services/boosts.ts";
import type { Context } from "../../../services/context.ts";
import { favourite, unfavourite } from "../../../services/favourites.ts";
import { pin, unpin } from "../../../services/pins.ts";
import { listReacting } from "../../../services/reacting-actors.ts";
import type { PostRecord } from "../../../services/records.ts";
import { entryOf, viewStatuses, type TimelineEntry } from "../../../services/status-views.ts";
import { muteThread, unmuteThread } from "../../../services/thread-mutes.ts";
import { findCredential, idInPath, requireCredential, viewerWith } from "../access.ts";
import { accountJson } from "../entities/account.ts";
import { statusJson } from "../entities/status.ts";
import { linkPages, readPage } from "../paging.ts";

type Reaction = (context: Context, acting: Acting, id: Id) => Promise<TimelineEntry>;

function answeringPost(
  react: (context: Context, acting: Acting, id: Id) => Promise<Visible<PostRecord>>,
): Reaction {
  return async (context, acting, id) => entryOf(await react(context, acting, id));
}

/** The last part of the path → the scope that it takes, and what it does. */
const REACTIONS: Readonly<Record<string, readonly [scope: string, Reaction]>> = {
  favourite: ["write:favourites", answeringPost(favourite)],
  unfavourite: ["write:favourites", answeringPost(unfavourite)],
  reblog: ["write:statuses", boost],
  unreblog: ["write:statuses", answeringPost(unboost)],
  bookmark: ["write:bookmarks", answeringPost(bookmark)],
  unbookmark: ["write:bookmarks", answeringPost(unbookmark)],
  pin: ["write:accounts", answeringPost(pin)],
  unpin: ["write:accounts", answeringPost(unpin)],
  mute: ["write:mutes", answeringPost(muteThread)],
  unmute: ["write:mutes", answeringPost(unmuteThread)],
};

const REACTING = { favourited_by: "favourite", reblogged_by: "boost" } as const;

/** What somebody does with a post of others or of their own, and who did. */
export function statusReactionRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  for (const [name, [scope, react]] of Object.entries(REACTIONS)) {
    app.post(`/api/v1/statuses/:id/${name}`, async (c) => {
      const credential = await requireCredential(context, c, scope);
      const entry = await react(context, credential, idInPath(c));
      const [view] = await viewStatuses(context, credential, [entry]);
      if (view === undefined) throw new Error("viewStatuses returned nothing for an entry");
      return c.json(statusJson(view, origin));
    });
  }

  for (const [name, type] of Object.entries(REACTING)) {
    app.get(`/api/v1/statuses/:id/${name}`, async (c) => {
      const credential = await findCredential(context, c, "read:accounts");
      const page = readPage(c, { usual: 40, most: 80 });
      const id = idInPath(c);
      const found = await listReacting(context, viewerWith(credential), id, type, page);
      linkPages(c, origin, found.ids);
      return c.json(found.actors.map((actor) => accountJson(actor, origin)));
    });
  }
}
