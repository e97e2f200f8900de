# Tempo's answer to /api/traces/<id> as a tree, a line a span: service, name, duration.
def attribute($key): (.attributes // [] | map(select(.key == $key)) | .[0].value.stringValue // "");
def duration: ((.endTimeUnixNano | tonumber) - (.startTimeUnixNano | tonumber)) / 1000000
  | (. * 10 | round / 10 | tostring) + " ms";
def tree($spans; $parent; $indent):
  $spans | map(select(.parentSpanId == $parent)) | sort_by(.startTimeUnixNano) | .[]
  | ($indent + .service + "  " + .name + "  " + duration), tree($spans; .spanId; $indent + "  ");

[.batches[] | (.resource | attribute("service.name")) as $service
  | .scopeSpans[].spans[] | . + {service: $service, parentSpanId: (.parentSpanId // "")}] as $spans
# The proof request's own span is the caller's, and not in the store: its children are the roots.
| ($spans | map(.spanId)) as $ids
| [$spans[].parentSpanId] | unique | map(select(. as $p | $ids | index($p) | not)) | .[]
| tree($spans; .; "  ")
