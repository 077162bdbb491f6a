import type { Hono } from "hono";
import type { Context } from "../../../services/context.ts";
import {
  listConversations,
  readConversation,
  removeConversation,
  type Conversation,
} from "../../../services/conversation-reading.ts";
import { entryOf, viewStatuses } from "../../../services/status-views.ts";
import type { Credential } from "../../../services/tokens.ts";
import { idInPath, requireCredential } from "../access.ts";
import { conversationJson } from "../entities/conversation.ts";
import { linkPages, readPage } from "../paging.ts";

/** `/api/v1/conversations`: threads of direct messages. */
export function conversationRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  async function answer(credential: Credential, found: readonly Conversation[]) {
    const entries = found.map(({ last }) => entryOf(last));
    const views = await viewStatuses(context, credential, entries);
    return found.flatMap((conversation, position) => {
      const view = views[position];
      return view === undefined ? [] : [conversationJson(conversation, view, origin)];
    });
  }

  app.get("/api/v1/conversations", async (c) => {
    const credential = await requireCredential(context, c, "read:statuses");
    const page = readPage(c, { usual: 20, most: 40 });
    const found = await listConversations(context, credential, page);
    linkPages(c, origin, found.ids);
    return c.json(await answer(credential, found.conversations));
  });

  app.post("/api/v1/conversations/:id/read", async (c) => {
    const credential = await requireCredential(context, c, "write:conversations");
    const found = await readConversation(context, credential, idInPath(c));
    const [conversation] = await answer(credential, [found]);
    return c.json(conversation);
  });

  app.delete("/api/v1/conversations/:id", async (c) => {
    const credential = await requireCredential(context, c, "write:conversations");
    await removeConversation(context, credential, idInPath(c));
    return c.json({});
  });
}
