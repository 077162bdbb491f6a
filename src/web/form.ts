import type { WebContext } from "./frame.ts";

/** Field → what was typed; the empty string when it is absent or a file. */
export type Form = (field: string) => string;

/** Reads the body of a POST as a form. Any other kind of body is an empty form. */
export async function readForm(c: WebContext): Promise<Form> {
  const body = await c.req.parseBody();
  return (field) => {
    const value = body[field];
    return typeof value === "string" ? value : "";
  };
}
