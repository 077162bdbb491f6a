import { ANONYMOUS, type Viewer } from "../domain/audience/policy.ts";
import { AppError } from "../domain/errors.ts";
import type { Context } from "./context.ts";
import { viewerOfMediaLink, type LinkedFile } from "./media-links.ts";
import { authenticate, includesScope } from "./tokens.ts";

const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]{1,500})$/i;

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
  const token = BEARER.exec(request.headers.get("authorization") ?? "")?.[1];
  return token === undefined ? otherwise() : viewerOfToken(context, token);
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
