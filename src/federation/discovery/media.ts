import type { Viewer } from "../../domain/audience/policy.ts";
import { AppError } from "../../domain/errors.ts";
import { fileResponse } from "../../platform/media/file-response.ts";
import type { Context } from "../../services/context.ts";
import { openMedia, type OpenedMedia } from "../../services/media.ts";
import { viewerOfFile } from "../../services/media-viewer.ts";
import { noDocument } from "./answers.ts";
import { isSigned, viewerOf, type FindSigner } from "./viewer.ts";

/**
 * Answers GET and HEAD of `/ap/media/<key>`, and of `?thumbnail`: whole to whoever may see its post
 * now, to everybody else as if there were nothing. `sessionViewer` knows members by their cookie.
 */
export function createMediaHandler(
  context: Context,
  findSigner: FindSigner,
): (request: Request, key: string, sessionViewer: () => Promise<Viewer>) => Promise<Response> {
  return async (request, key, sessionViewer) => {
    const query = new URL(request.url).searchParams;
    const viewer = await viewerOfFile(context, request, { kind: "own", key }, () =>
      isSigned(request) ? viewerOf(request, findSigner) : sessionViewer(),
    );
    let file: OpenedMedia;
    try {
      file = await openMedia(context, viewer, key, query.has("thumbnail") ? "thumbnail" : "file");
    } catch (error) {
      if (error instanceof AppError && error.status === 404) return noDocument();
      throw error;
    }
    return fileResponse(request, { ...file, byLink: query.has("link") });
  };
}
