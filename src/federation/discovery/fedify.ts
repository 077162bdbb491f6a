import "../../platform/temporal.ts";
import { createFederation, MemoryKvStore, type Federation } from "@fedify/fedify";
import { Application, Organization, Person } from "@fedify/vocab";
import type { Context } from "../../services/context.ts";
import { countUsage, findOwnActor } from "../../services/outbox.ts";
import { getOrganization } from "../../services/organization.ts";
import { findOwnActorByHandle } from "../../services/own-handles.ts";
import type { ActorRecord } from "../../services/records.ts";
import { SOFTWARE } from "../../services/software.ts";

const TYPES = { organization: Organization, instance: Application, member: Person } as const;

/**
 * WebFinger (RFC 7033) and NodeInfo 2.1 by Fedify. Our actors' documents are written by
 * `federation/outbound`; what Fedify gets to know of an actor is what WebFinger tells.
 */
export function createDiscovery(context: Context): Federation<void> {
  const federation = createFederation<void>({
    kv: new MemoryKvStore(),
    origin: context.config.origin,
    manuallyStartQueue: true,
  });
  const prefix = `${context.config.origin}/ap/`;
  const identifierOf = (actor: ActorRecord) => actor.iri.slice(prefix.length);
  federation
    .setActorDispatcher("/ap/{+identifier}", async (_, identifier) => {
      const actor = await findOwnActor(context, prefix + identifier);
      if (actor === null || actor.kind === "remote") return null;
      return new TYPES[actor.kind]({
        id: new URL(actor.iri),
        preferredUsername: actor.handle,
        url: new URL(actor.url),
      });
    })
    .mapHandle(async (_, handle) => {
      // acct:alpha.example@alpha.example and plain alpha.example mean the organization
      const { hostname, host } = new URL(context.config.origin);
      if ([hostname, host].includes(handle.toLowerCase())) return "org";
      const actor = await findOwnActorByHandle(context, handle);
      return actor === null ? null : identifierOf(actor);
    })
    .mapAlias(async (_, resource) => {
      if (resource.href === `${context.config.origin}/`) return { identifier: "org" };
      const handle = /^\/@([^/]+)$/.exec(resource.pathname)?.[1];
      if (handle === undefined || resource.origin !== context.config.origin) return null;
      const actor = await findOwnActorByHandle(context, handle);
      return actor === null ? null : { identifier: identifierOf(actor) };
    });
  federation.setNodeInfoDispatcher("/nodeinfo/2.1", async () => {
    const [usage, organization] = await Promise.all([
      countUsage(context),
      getOrganization(context),
    ]);
    return {
      software: { name: SOFTWARE.name, version: SOFTWARE.version },
      protocols: ["activitypub"],
      services: { outbound: ["atom1.0"] },
      openRegistrations: false,
      usage: {
        users: {
          total: usage.members,
          activeMonth: usage.activeMonth,
          activeHalfyear: usage.activeHalfYear,
        },
        localPosts: usage.posts,
        localComments: usage.comments,
      },
      metadata: {
        nodeName: organization?.actor.name ?? "",
        nodeDescription: "Practices that one organization shares with others",
        upstream: { name: "mastodon" },
        kin: { praxis: SOFTWARE.kin },
      },
    };
  });
  return federation;
}
