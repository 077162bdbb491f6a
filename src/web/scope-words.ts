import { includesScope } from "../domain/scopes.ts";
import { text } from "./text.ts";

/** What scopes allow, in sentences; what another one of them includes is left out. */
export function scopesInWords(scopes: readonly string[]): string[] {
  const widest = scopes.filter(
    (scope) =>
      !includesScope(
        scopes.filter((other) => other !== scope),
        scope,
      ),
  );
  const words = widest.map(
    (scope) => text.applications.scopes[scope] ?? text.applications.moderation,
  );
  return [...new Set(words)];
}
