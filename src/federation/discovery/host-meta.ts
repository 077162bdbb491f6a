/** RFC 6415: where WebFinger is, for clients that still ask. */
export function hostMetaXml(origin: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n' +
    `  <Link rel="lrdd" type="application/jrd+json" template="${origin}/.well-known/webfinger?resource={uri}"/>\n` +
    "</XRD>\n"
  );
}

/** The same as JSON (RFC 6415 appendix A). */
export function hostMetaJson(origin: string): string {
  return JSON.stringify({
    links: [
      {
        rel: "lrdd",
        type: "application/jrd+json",
        template: `${origin}/.well-known/webfinger?resource={uri}`,
      },
    ],
  });
}
