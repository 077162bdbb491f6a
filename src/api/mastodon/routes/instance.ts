import type { Hono } from "hono";
import { notFound } from "../../../domain/errors.ts";
import type { Context } from "../../../services/context.ts";
import { countWeeks } from "../../../services/instance-usage.ts";
import { requireOrganization } from "../../../services/organization.ts";
import { originRules } from "../../../services/origin-rules.ts";
import { countUsage } from "../../../services/outbox.ts";
import { vapidPublicKey } from "../../../services/vapid-keys.ts";
import { findCredential } from "../access.ts";
import { domainBlockJson } from "../entities/domain-block.ts";
import { instanceJson, instanceV1Json, type InstanceFacts } from "../entities/instance.ts";
import { privacyPolicyJson } from "../entities/privacy-policy.ts";
import { keptFor } from "../kept-answer.ts";

const USAGE_MS = 60_000;
const ACTIVITY_MS = 600_000;

/** `/api/v1/instance`, `/api/v2/instance`: what this server is; anybody may ask. */
export function instanceRoutes(app: Hono, context: Context): void {
  const usage = keptFor(USAGE_MS, () => countUsage(context));
  const weeks = keptFor(ACTIVITY_MS, () => countWeeks(context));
  const facts = async (): Promise<InstanceFacts> => {
    const [{ actor }, { members, activeMonth, posts, comments }, rules, vapidKey] =
      await Promise.all([
        requireOrganization(context),
        usage(),
        originRules(context),
        vapidPublicKey(context),
      ]);
    return {
      origin: context.config.origin,
      host: context.config.host,
      contactEmail: context.config.contactEmail,
      organization: actor,
      members,
      activeMonth,
      publicPosts: posts + comments,
      limitedFederation: rules.allowListOnly,
      vapidKey,
    };
  };

  app.get("/api/v2/instance", async (c) => c.json(instanceJson(await facts())));
  app.get("/api/v1/instance", async (c) => c.json(instanceV1Json(await facts())));

  app.get("/api/v1/instance/rules", (c) => c.json([]));
  // Hosts that we exchange posts with are our partners too: that is between them and us.
  app.get("/api/v1/instance/peers", (c) => c.json([]));
  app.get("/api/v1/instance/activity", async (c) =>
    c.json(
      (await weeks()).map(({ start, posts, authors }) => ({
        week: String(Math.floor(start.getTime() / 1000)),
        statuses: String(posts),
        logins: String(authors),
        registrations: "0",
      })),
    ),
  );

  // For our own people: whom an administrator refuses is nobody else's business.
  app.get("/api/v1/instance/domain_blocks", async (c) => {
    if ((await findCredential(context, c, [])) === null) throw notFound();
    const { blocked } = await originRules(context);
    return c.json([...blocked].toSorted().map(domainBlockJson));
  });

  app.get("/api/v1/instance/extended_description", async (c) => {
    const { actor } = await requireOrganization(context);
    return c.json({ updated_at: null, content: actor.summary });
  });
  app.get("/api/v1/instance/privacy_policy", async (c) => {
    const { actor } = await requireOrganization(context);
    return c.json(privacyPolicyJson(actor));
  });
  // There is no text of that kind. Mastodon says so in the same way.
  app.get("/api/v1/instance/terms_of_service", () => {
    throw notFound();
  });
  app.get("/api/v1/instance/terms_of_service/:date", () => {
    throw notFound();
  });
  app.get("/api/v1/instance/translation_languages", (c) => c.json({}));
}
