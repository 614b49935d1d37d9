# The homeserver with the web client, on its own database if NEXUS_DATABASE_URL is not set. See docs/operating.md.

FROM node:26-trixie-slim AS dependencies
WORKDIR /app
# The manifests alone, so that the packages are installed again only when these change.
COPY package.json package-lock.json ./
COPY spec/package.json spec/
COPY federation/package.json federation/
COPY homeserver/package.json homeserver/
COPY bridges/package.json bridges/
COPY client-web/package.json client-web/
COPY client-desktop/package.json client-desktop/
COPY bench/package.json bench/
# Of one workspace: leaves out what only development takes, and the Node packages, since the image has Node.
RUN npm ci --workspace=homeserver --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force

FROM node:26-trixie-slim AS client
WORKDIR /app
COPY package.json package-lock.json ./
COPY spec/package.json spec/
COPY federation/package.json federation/
COPY homeserver/package.json homeserver/
COPY bridges/package.json bridges/
COPY client-web/package.json client-web/
COPY client-desktop/package.json client-desktop/
COPY bench/package.json bench/
RUN npm ci --workspace=client-web --workspace=spec --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY spec spec
COPY client-web client-web
RUN node client-web/build.ts

FROM node:26-trixie-slim
LABEL org.opencontainers.image.title="NexusComm" \
      org.opencontainers.image.description="A Matrix homeserver with its web client" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    NEXUS_DATA_DIR=/data \
    NEXUS_BIND=0.0.0.0
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
# Manifests and sources: .dockerignore keeps tests out.
COPY spec spec
COPY federation federation
COPY homeserver homeserver
# Built, and beside the server's sources, where it is looked for.
COPY --from=client /app/client-web/dist client-web/dist
# npm is of no use from here on. The embedded PostgreSQL gets its links now, because /app can't be written later.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx \
    && ln -s /app/homeserver/src/main.ts /usr/local/bin/nexuscomm \
    && chmod +x homeserver/src/main.ts \
    && node --eval "import('/app/homeserver/src/storage/embedded-postgres/binaries.ts').then((m) => m.findBinaries())" \
    && install -d -o node -g node -m 0700 /data
# "node", by number, so that an orchestrator can see that it isn't root.
USER 1000:1000
# nexuscomm.yaml is looked for here.
WORKDIR /data
VOLUME /data
EXPOSE 8008
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:' + (process.env.NEXUS_PORT || 8008) + '/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["nexuscomm"]
CMD ["serve"]
