# syntax=docker/dockerfile:1
# The service with the embedded engine. Build: docker build -t leeway . ; it listens on loopback inside the container
# until there is a key: `docker run --rm -v leeway:/data leeway keys create --name ops --roles admin --data /data`, then
# `docker run -v leeway:/data -p 8080:8080 leeway start --data /data --host 0.0.0.0` (docs/security.md: TLS, roles).
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
ENV NODE_ENV=production UV_THREADPOOL_SIZE=8
WORKDIR /leeway
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
ENTRYPOINT ["node", "/leeway/dist/cli/main.js"]
CMD ["start", "--data", "/data"]
