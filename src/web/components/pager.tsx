import type { Id } from "../../domain/ids.ts";
import { text } from "../text.ts";

interface PagerProps {
  /** path with the filters that stay */
  readonly path: string;
  readonly filters?: Readonly<Record<string, string | undefined>>;
  readonly next: Id | null;
  readonly atStart: boolean;
}

/** Links to the older entries and back to the newest. */
export function Pager({ path, filters = {}, next, atStart }: PagerProps) {
  if (next === null && atStart) return null;
  return (
    <nav class="pager" aria-label={text.list.pages}>
      {atStart ? null : (
        <a class="button plain" href={withQuery(path, filters)}>
          {text.list.newest}
        </a>
      )}
      {next === null ? null : (
        <a
          class="button plain"
          rel="next"
          href={withQuery(path, { ...filters, before: next.toString() })}
        >
          {text.list.older}
        </a>
      )}
    </nav>
  );
}

/** `path` with those of `values` that are set. */
export function withQuery(
  path: string,
  values: Readonly<Record<string, string | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) query.set(name, value);
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
