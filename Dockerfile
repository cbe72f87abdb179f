# The production image: Node reads the TypeScript as it is, so there is nothing to build.
FROM node:24-slim AS modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional dependencies only bring Node 24 to machines that have an older one; the one peer is TypeScript, for types alone.
RUN npm ci --omit=dev --omit=optional --omit=peer

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 SOPHIA_DATA=/data
WORKDIR /app
COPY --from=modules /app/node_modules ./node_modules
COPY . .
# The databases live here; mount a volume on it. The app itself cannot write to its own code.
RUN install -d -o node -g node /data
USER node
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
