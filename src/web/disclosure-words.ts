import type { DisclosureEvent, DisclosureLine } from "../services/disclosures.ts";
import { formatMoment, text } from "./text.ts";

/**
 * One line of the disclosure record as a sentence: "Sent to Bravo Grid on 22 November 2026 at 10:02,
 * delivered; recalled on 22 November 2026 at 11:30, acknowledged".
 */
export function disclosureInWords(line: DisclosureLine): string {
  const words = text.publishing.disclosures;
  const at = (event: DisclosureEvent) => line.events.find((each) => each.event === event)?.at;
  const recalledAt = at("recall_sent");
  const first = [beginning(line), ...(line.lane === "open" ? [] : [arrival(at)])].join(", ");
  if (recalledAt === undefined) return first;
  const second = [words.recalled(formatMoment(recalledAt))];
  if (line.lane !== "open") second.push(recall(at));
  return `${first}; ${second.join(", ")}`;
}

type MomentOf = (event: DisclosureEvent) => Date | undefined;

function beginning(line: DisclosureLine): string {
  const words = text.publishing.disclosures;
  const at = formatMoment(line.createdAt);
  const to = recipientOf(line);
  if (line.lane === "open") return words.published(to, at);
  return line.lane === "notice" ? words.told(to, at) : words.sent(to, at);
}

function arrival(at: MomentOf): string {
  const words = text.publishing.disclosures;
  if (at("delivered") !== undefined) return words.delivered;
  return at("not_delivered") === undefined ? words.waiting : words.notDelivered;
}

function recall(at: MomentOf): string {
  const words = text.publishing.disclosures;
  if (at("recall_acknowledged") !== undefined) return words.acknowledged;
  if (at("recall_delivered") !== undefined) return words.recallDelivered;
  return at("recall_not_delivered") === undefined ? words.recallWaiting : words.recallNotDelivered;
}

/** To whom: the name of an organization or person, everyone, or the followers. */
export function recipientOf(line: DisclosureLine): string {
  const words = text.publishing.disclosures;
  if (line.recipient === "public") return words.everybody;
  if (line.recipient === "followers") return words.followers;
  const { actor } = line;
  return actor === null ? "" : actor.name.trim() || `@${actor.handle}@${actor.host}`;
}

/** The last line for each recipient, the newest first. */
export function lastOfEach(lines: readonly DisclosureLine[]): DisclosureLine[] {
  const last = new Map<string, DisclosureLine>();
  for (const line of lines) {
    const key = `${line.recipient}:${line.actor?.iri ?? ""}:${line.lane}`;
    if (!last.has(key)) last.set(key, line);
  }
  return [...last.values()];
}
