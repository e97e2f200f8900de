package io.tracingstack.operator.testing;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.api.v1alpha1.TracingStackSpec;
import io.tracingstack.operator.stack.Defaults;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.stack.StackPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Stacks as users write them, and their plans. */
public final class TestStacks {
  public static final String AGENT_SHA256 =
      "e43a270df53c6f423e0ab157be9c27ccc01d5dc3232e162fe54777573db2f149";

  public static final Defaults DEFAULTS =
      new Defaults(
          "registry.example.com/otelcol:0.155.0",
          "registry.example.com/agent-init:0.1.0",
          AGENT_SHA256,
          new TreeMap<>(
              Map.of(
                  "repair.sh",
                  "#!/bin/sh\nexec python3 \"${0%/*}/repair.py\"\n",
                  "repair.py",
                  "import os\n\nprint(os.environ[\"TRACINGSTACK_TARGET\"], \"$(HOME) $$\")\n")));

  private static final YAMLMapper STRICT =
      YAMLMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private TestStacks() {}

  /** Reads a manifest; a field that the API does not have is an error. */
  public static TracingStack parse(String yaml) {
    try {
      return STRICT.readValue(yaml, TracingStack.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A stack of this specification, as a YAML document from {@code spec} downwards. */
  public static TracingStack withSpec(String yaml) {
    TracingStack stack = named("observability", "tracing");
    try {
      stack.setSpec(STRICT.readValue(yaml, TracingStackSpec.class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return stack;
  }

  /** A stack without a specification. */
  public static TracingStack named(String namespace, String name) {
    TracingStack stack = new TracingStack();
    stack.setMetadata(new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
    return stack;
  }

  public static StackPlan plan(TracingStack stack) {
    return StackPlan.of(stack, DEFAULTS, Optional.empty());
  }

  public static StackPlan plan(String specYaml) {
    return plan(withSpec(specYaml));
  }

  /** Instrumentation by the operator's defaults. */
  public static InstrumentationPlan instrumentation() {
    return plan("{}").instrumentation();
  }
}
