# docker build -t gatewright .
# docker run --rm -p 3000:3000 -v gatewright:/data gatewright up
FROM node:20-bookworm-slim AS console
WORKDIR /src
COPY console/package.json console/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY console .
RUN npm run build

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=console /src/dist /console
ENV GATEWRIGHT_CONSOLE_DIST=/console
RUN cargo build --profile ship --locked --package gatewright --bin gatewright \
    && install -D target/ship/gatewright /image/usr/local/bin/gatewright \
    && install -d -o 10001 -g 10001 -m 0700 /image/data

FROM debian:12-slim
COPY --from=build /image/ /
ENV GATEWRIGHT_DATA_DIR=/data \
    GATEWRIGHT_LISTEN=0.0.0.0:3000
USER 10001:10001
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s --retries=3 CMD ["gatewright", "health"]
ENTRYPOINT ["gatewright"]
CMD ["serve"]
