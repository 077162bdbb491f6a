import { ANONYMOUS, type Viewer } from "../domain/audience/policy.ts";
import { AppError } from "../domain/errors.ts";
import { bearerToken } from "../platform/http/bearer.ts";
import type { Context } from "./context.ts";
import { viewerOfMediaLink, type LinkedFile } from "./media-links.ts";
import { authenticate, includesScope } from "./tokens.ts";

/**
 * Who asks for a file: the holder of its link, or of an access token, or whoever `otherwise` knows
 * (a session, a signature). What is not valid counts as nothing: it must not answer differently.
 */
export async function viewerOfFile(
  context: Context,
  request: Request,
  file: LinkedFile,
  otherwise: () => Promise<Viewer>,
): Promise<Viewer> {
  const link = new URL(request.url).searchParams.get("link");
  const holder = link === null ? null : await viewerOfMediaLink(context, file, link);
  if (holder !== null) return holder;
  const token = bearerToken(request.headers.get("authorization"));
  return token === null ? otherwise() : viewerOfToken(context, token);
}

async function viewerOfToken(context: Context, token: string): Promise<Viewer> {
  try {
    const credential = await authenticate(context, token);
    return includesScope(credential.scopes, "read:statuses") ? credential.viewer : ANONYMOUS;
  } catch (error) {
    if (error instanceof AppError) return ANONYMOUS;
    throw error;
  }
}
