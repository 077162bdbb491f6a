import type { TagView } from "../../../services/followed-tags.ts";

/**
 * A hashtag as clients know it (`Tag`). It has no history: how often a hashtag is used is not counted,
 * as a count would have to differ for everybody who looks.
 */
export function tagJson({ name, own }: TagView, origin: string) {
  return {
    id: name,
    name,
    url: `${origin}/tags/${encodeURIComponent(name)}`,
    history: [],
    ...own,
  };
}
