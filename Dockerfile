# syntax=docker/dockerfile:1
# Build: docker build -t kith .
# Run:   docker run -p 8080:8080 -v kith-data:/data -v /etc/kith/key:/run/secrets/kith_key:ro \
#          -e KITH_ORIGIN=https://kith.example.org -e KITH_TRUSTED_PROXY=172.17.0.1 kith
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY cmd cmd
COPY server server
COPY static static
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/kith ./cmd/kith \
 && install -d -o 65532 -g 65532 -m 0700 /out/data

FROM scratch
COPY --from=build /out/kith /kith
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
# The key comes from outside, mounted for this user alone (uid 65532, mode 0400).
# It is never made in here: beside the data, a copy of the volume would open itself.
ENV KITH_ADDR=:8080 KITH_OPS=off KITH_DATA=/data KITH_KEY=/run/secrets/kith_key KITH_KEY_MUST_EXIST=true
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/kith", "health"]
ENTRYPOINT ["/kith"]
CMD ["serve"]
