import { z } from "@hono/zod-openapi";
import { LABELS, LIMITS } from "../../domain/practice.ts";
import { Attachment } from "./media-schemas.ts";
import { practiceChanges, practiceFields } from "../../services/practice-input.ts";

const strings = z.array(z.string());

/** The shapes of the API for its OpenAPI description; the services check what comes in. */
export const Actor = z
  .object({
    id: z.string(),
    uri: z.string(),
    handle: z.string().openapi({ example: "@bravo@bravo.example" }),
    name: z.string(),
    type: z.string(),
    url: z.string(),
  })
  .openapi("Actor");

export const Practice = z
  .object({
    id: z.string(),
    uri: z.string().openapi({ description: "ActivityPub id" }),
    url: z.string(),
    title: z.string(),
    summary: z.string(),
    content: z
      .string()
      .openapi({ description: "Markdown; HTML for other organizations' practices" }),
    content_html: z.string(),
    kind: z.string(),
    topics: strings,
    benefits: strings,
    license: z.string().nullable(),
    language: z.string().nullable(),
    credits: strings,
    audience: strings,
    label: z.string().nullable(),
    revision: z.number().int(),
    review_by: z.string().nullable(),
    adapted_from: z.string().nullable(),
    attachments: z.array(Attachment),
    organization: Actor,
    published_at: z.string(),
    updated_at: z.string(),
  })
  .openapi("Practice");

export const PublishedPractice = Practice.extend({
  warnings: strings.openapi({
    description: "What the author should know, such as mentions of people outside the audience",
  }),
}).openapi("PublishedPractice");

// Cloned, as only schemas that are made after `@hono/zod-openapi` was loaded can be described.
export const NewPractice = practiceFields.clone().openapi("NewPractice");
export const PracticeEdit = practiceChanges.clone().openapi("PracticeEdit");

export const Revision = z
  .object({
    number: z.number().int(),
    title: z.string(),
    summary: z.string(),
    content: z.string(),
    change_note: z.string(),
    editor: z.string(),
    created_at: z.string(),
  })
  .openapi("Revision");

export const PreviewBody = z
  .object({
    audience: z.array(z.string().max(500)).min(1).max(LIMITS.audience),
    label: z.enum(LABELS).optional(),
    content: z.string().max(LIMITS.content).optional().openapi({
      description: "Markdown, looked through for mentions of people outside the audience",
    }),
    practice_id: z.string().optional().openapi({ description: "the practice, for an edit" }),
  })
  .openapi("AudiencePreviewInput");

export const Preview = z
  .object({
    public: z.boolean(),
    followers: z.number().int(),
    organizations: z.array(Actor),
    people: z.array(Actor),
    members: z.number().int(),
    label: z.string(),
    refused: z.array(z.object({ audience: z.string(), code: z.string(), message: z.string() })),
    warnings: strings,
  })
  .openapi("AudiencePreview");

export const Follow = z
  .object({
    id: z.string(),
    state: z.enum(["pending", "accepted", "rejected", "cancelled"]),
    created_at: z.string(),
    actor: Actor,
  })
  .openapi("Follow");

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    errors: z.record(z.string(), z.string()).optional(),
  })
  .openapi("Problem");
