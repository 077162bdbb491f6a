import { BENEFITS, LABELS, LIMITS, normalizeTopic, PRACTICE_KINDS } from "../../domain/practice.ts";
import type { PostTag, RemotePractice } from "../../services/remote.ts";
import { readLicense } from "./read-attachments.ts";
import { irisOf, listOf, type Json, type WireRules } from "./wire-values.ts";

/**
 * What makes an Article a practice: our extension terms where the author's server knows them, else
 * their defaults. All of them are hints; access derives from `to` and `cc` alone.
 */
export function readPractice(
  article: Json,
  tags: readonly PostTag[],
  rules: WireRules,
): RemotePractice {
  const topics = tags
    .filter((tag) => tag.type === "Hashtag")
    .map((tag) => normalizeTopic(tag.name))
    .filter((topic) => topic !== "" && topic.length <= LIMITS.topic);
  const benefits = listOf(article["benefits"], BENEFITS.length * 2);
  return {
    kind: PRACTICE_KINDS.find((kind) => kind === article["kind"]) ?? "practice",
    label: LABELS.find((label) => label === article["label"]) ?? null,
    topics: [...new Set(topics)].slice(0, LIMITS.topics),
    benefits: BENEFITS.filter((benefit) => benefits.includes(benefit)),
    license: readLicense(article, rules),
    credits: irisOf(article["credits"], rules, LIMITS.credits),
  };
}
