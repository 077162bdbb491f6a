import type { Filter, FilteredPost, FilterKeyword } from "../../../services/filters.ts";
import type { FilterMatch } from "../../../services/filter-matches.ts";

/** A filter as clients know it since Mastodon 4 (`Filter`), with all that belongs to it. */
export function filterJson(filter: Filter) {
  return {
    ...bareFilterJson(filter),
    keywords: filter.keywords.map(keywordJson),
    statuses: filter.posts.map(filteredPostJson),
  };
}

function bareFilterJson(filter: Filter) {
  return {
    id: filter.id.toString(),
    title: filter.title,
    context: [...filter.context],
    expires_at: filter.expiresAt?.toISOString() ?? null,
    filter_action: filter.action,
  };
}

export function keywordJson({ id, keyword, wholeWord }: FilterKeyword) {
  return { id: id.toString(), keyword, whole_word: wholeWord };
}

export function filteredPostJson({ id, postId }: FilteredPost) {
  return { id: id.toString(), status_id: postId.toString() };
}

/** A keyword of a filter as older clients know it (`V1::Filter`). */
export function oldFilterJson(filter: Filter, keyword: FilterKeyword) {
  return {
    id: keyword.id.toString(),
    phrase: keyword.keyword,
    context: [...filter.context],
    expires_at: filter.expiresAt?.toISOString() ?? null,
    irreversible: filter.action === "hide",
    whole_word: keyword.wholeWord,
  };
}

/** Why a status is filtered (`FilterResult`). */
export function filterResultJson({ filter, keywords, postIds }: FilterMatch) {
  return {
    filter: bareFilterJson(filter),
    keyword_matches: keywords.length === 0 ? null : [...keywords],
    status_matches: postIds.length === 0 ? null : postIds.map(String),
  };
}
