#!/bin/sh
# Starts the server, as upstream's images do: from 0.4 on under OpenTelemetry's wrapper where the
# environment has a variable of OpenTelemetry's. Arguments are uvicorn's.
set -eu
if [ -d /opt/llama-stack/packages/ogx ]; then
  server=ogx.core.server.server
else
  server=llama_stack.core.server.server
fi
wrapper=''
if [ ! -d /opt/llama-stack/server/llama_stack/providers/utils/telemetry ] && env | grep -q '^OTEL_'; then
  wrapper=opentelemetry-instrument
fi
exec $wrapper uvicorn "$server:create_app" --factory --host 0.0.0.0 \
  --port "${OGX_PORT:-${LLS_PORT:-8321}}" --workers "${OGX_WORKERS:-${LLS_WORKERS:-1}}" "$@"
