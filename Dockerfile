# Builds everything with the project's own setup, then keeps what serving needs: node, the packages, the built files.
FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /equipoise
COPY package.json package-lock.json .npmrc ./
COPY scripts ./scripts
RUN scripts/setup.sh
COPY . .
RUN scripts/build-worker && scripts/build-app && scripts/build-docs && npm prune --omit=dev --no-audit --no-fund

FROM debian:bookworm-slim
# workerd verifies certificates against these when it asks a provider.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
  && useradd --create-home --uid 10001 equipoise && install -d -o equipoise /data
WORKDIR /equipoise
COPY --from=build /equipoise/node_modules ./node_modules
COPY --from=build /equipoise/scripts ./scripts
COPY --from=build /equipoise/migrations ./migrations
COPY --from=build /equipoise/worker/build ./worker/build
COPY --from=build /equipoise/dist ./dist
COPY wrangler.toml package.json ./
USER equipoise
ENV HOST=0.0.0.0 PORT=8787 STATE=/data
VOLUME /data
EXPOSE 8787
HEALTHCHECK CMD ["/equipoise/node_modules/.bin/node", "-e", "fetch('http://127.0.0.1:8787/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# run.mjs brings the sample market into an empty state; scripts/serve.mjs serves an empty one.
CMD ["/equipoise/node_modules/.bin/node", "--disable-warning=ExperimentalWarning", "scripts/run.mjs"]
