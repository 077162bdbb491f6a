import { escapeHtml } from "../../../platform/html/escape.ts";
import type { ActorRecord } from "../../../services/records.ts";

/** When the text below last changed. */
const UPDATED_AT = "2026-11-22T00:00:00.000Z";

/** What this software does with what people give it (`PrivacyPolicy`): it holds wherever it runs. */
export function privacyPolicyJson(organization: ActorRecord) {
  const name = escapeHtml(organization.name || organization.handle);
  const paragraphs = [
    `This server belongs to ${name}. Only its members have accounts here.`,
    "It keeps what members write and upload, whom they follow, and what they chose to hide; their e-mail " +
      "addresses and passwords (as hashes) to sign them in; and the sessions and applications that " +
      "act for them, which they can end at any time.",
    "What a member or the organization publishes goes to those whom its audience names, and to their servers. " +
      "Of what is not public, a record is kept of who was given it. A recall asks them to remove it; it cannot force them.",
    "Of people on other servers it keeps what their servers send: their profiles, and posts that concern " +
      "somebody here. What their servers delete is emptied here.",
    "It sets one cookie when somebody signs in or fills in a form, loads nothing from third parties, and does not track anybody. " +
      "Location and other metadata are taken out of pictures.",
  ];
  return { updated_at: UPDATED_AT, content: paragraphs.map((text) => `<p>${text}</p>`).join("") };
}
