import { z } from "@hono/zod-openapi";
import { END_REASONS, PARTNERSHIP_STATES } from "../../domain/partnership.ts";
import { LABELS } from "../../domain/practice.ts";
import { proposalFields } from "../../services/partnership-input.ts";
import { Actor } from "./schemas.ts";

const moment = z.string().nullable();

export const NewPartnership = proposalFields.openapi("NewPartnership");

export const Partnership = z
  .object({
    id: z.string(),
    offer: z.string().openapi({ description: "ActivityPub id of the Offer" }),
    partner: Actor,
    state: z.enum(PARTNERSHIP_STATES).openapi({
      description: "offered: we wait for them; asked: they wait for us",
    }),
    in_force: z.boolean(),
    proposed_by: z.enum(["us", "them"]),
    terms: z.object({ url: z.string(), sha256: z.string(), markdown: z.string() }),
    label_ceiling: z.enum(LABELS),
    practice: z.string().nullable().openapi({ description: "the one practice; null = standing" }),
    starts_at: moment,
    ends_at: moment,
    suspended_by_us: moment,
    suspended_by_them: moment,
    suspension_reason: z.enum(["manager", "moved", "blocked"]).nullable(),
    moved_to: z.string().nullable().openapi({
      description: "where the partner says that it moved to, until a manager confirms by resuming",
    }),
    delivery: z.enum(["not_yet", "delivered", "failed"]).nullable().openapi({
      description: "whether the partner's server has our last message",
    }),
    delivery_result: z.string().nullable(),
    created_at: z.string(),
    answered_at: moment,
    ended_at: moment,
    end_reason: z.enum(END_REASONS).nullable(),
  })
  .openapi("Partnership");

export const PartnershipEvidence = z
  .object({
    format: z.string(),
    exported_at: z.string(),
    exported_by: z.string(),
    agreement: z.record(z.string(), z.string().nullable()),
    canonical_agreement: z.string(),
    terms: z.object({ url: z.string(), sha256: z.string(), markdown: z.string() }),
    signatures: z.array(
      z.object({
        role: z.enum(["proposer", "accepter"]),
        organization: z.string(),
        key_id: z.string().nullable(),
        public_key: z.record(z.string(), z.string()),
        jws: z.string(),
      }),
    ),
    history: z.record(z.string(), z.string().nullable()),
    how_to_verify: z.array(z.string()),
  })
  .openapi("PartnershipEvidence");
