import { formatDay } from "../text.ts";

/** A day, readable for people and machines. */
export function Day({ date }: { readonly date: Date }) {
  return <time datetime={date.toISOString()}>{formatDay(date)}</time>;
}
