const BEARER = /^Bearer +(\S{1,500})$/i;
const TOKEN = /^[A-Za-z0-9._~+/=-]{1,500}$/;

/**
 * The access token of a request for a stream: as a WebSocket's subprotocol, as browsers can send no
 * header with it, in the header, or in the query. Null without any.
 */
export function tokenOf(places: {
  readonly protocol?: string | undefined;
  readonly authorization?: string | undefined;
  readonly query?: string | null | undefined;
}): string | null {
  const inProtocol = places.protocol?.split(",")[0]?.trim();
  const inHeader = BEARER.exec(places.authorization ?? "")?.[1];
  const token = inHeader ?? places.query ?? inProtocol ?? "";
  return TOKEN.test(token) ? token : null;
}
