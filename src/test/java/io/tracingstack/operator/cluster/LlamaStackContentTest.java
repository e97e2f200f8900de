package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.LlamaStackSpec;
import io.tracingstack.operator.api.v1alpha1.LlamaStackSpec.Content;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What a llama-stack server is asked and answers is in the store only where the stack says Full. A
 * text of the test's own stands for it, and is looked for in all that the store returns.
 */
@ClusterTest
class LlamaStackContentTest {
  private static final String MARK = "conversation-of-somebody";

  /** Routes by which content reaches spans: path, and the request. */
  private static final Map<String, String> REQUESTS = new LinkedHashMap<>();

  static {
    String chat = "/chat/completions %s";
    String question = "{\"role\":\"user\",\"content\":\"tell %s\"}".formatted(MARK);
    String start = "{\"model\":\"vllm/stub-model\",\"messages\":[";
    REQUESTS.put("plain", chat.formatted(start + question + "]}"));
    REQUESTS.put("streaming", chat.formatted(start + question + "],\"stream\":true}"));
    String tools =
        """
        ],"tools":[{"type":"function","function":{"name":"look","description":"looks at %1$s",
        "parameters":{"type":"object","properties":{"message":{"type":"string"}}}}}]}"""
            .formatted(MARK);
    REQUESTS.put(
        "tool call", chat.formatted(start + question.replace("tell", "use the tool") + tools));
    REQUESTS.put(
        "tool result",
        chat.formatted(
            start
                + question
                + """
                ,{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function",
                "function":{"name":"look","arguments":"{\\"message\\":\\"%1$s\\"}"}}]},
                {"role":"tool","tool_call_id":"call_1","content":"saw %1$s"}"""
                    .formatted(MARK)
                + tools));
    REQUESTS.put("error", chat.formatted(start + question.replace("tell", "refuse this") + "]}"));
    REQUESTS.put(
        "responses",
        "/responses {\"model\":\"vllm/stub-model\",\"input\":\"tell %s\"}".formatted(MARK));
  }

  private final Sandbox sandbox;
  private final SharedStack stack;

  LlamaStackContentTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @Test
  void conversationsAreStoredOnlyWhereTheStackSaysFull() {
    // Given: one server for each setting
    String namespace = sandbox.namespace("", Map.of());
    LlamaStackServer.prepare(namespace);
    Map<Content, Workload> servers = new EnumMap<>(Content.class);
    for (Content content : Content.values()) {
      String name = content.name().toLowerCase(Locale.ROOT);
      SharedStack.create(
          namespace, name, Stacks.external(stack, new LlamaStackSpec(null, null, content)));
      servers.put(
          content,
          LlamaStackServer.of(namespace, name, LlamaStackServer.V0_3_5)
              .label(Labels.STACK, namespace + "." + name)
              .labelled()
              .deploy());
    }
    servers
        .values()
        .forEach(
            s ->
                assertThat(s.awaitTraced().getStatus().llamaStack().content())
                    .isEqualToIgnoringCase(s.name()));

    REQUESTS.forEach(
        (route, request) -> {
          // When
          Map<Content, String> traces = new EnumMap<>(Content.class);
          servers.forEach(
              (content, server) ->
                  traces.put(content, LlamaStackServer.send(namespace, server.name(), request)));

          // Then
          Map<Content, String> stored = new EnumMap<>(Content.class);
          Cluster.await("all spans of the route " + route)
              .untilAsserted(
                  () -> {
                    traces.forEach((content, id) -> stored.put(content, stack.stored(id)));
                    assertThat(stored.values())
                        .allSatisfy(s -> assertThat(s).contains("\"__location__\""))
                        .extracting(s -> s.split("\"spanId\"").length)
                        .containsOnly(stored.get(Content.FULL).split("\"spanId\"").length);
                  });
          assertThat(stored.get(Content.FULL)).as(route).contains(MARK);
          assertThat(stored.get(Content.REDACTED)).as(route).doesNotContain(MARK);
          assertThat(stored.get(Content.OFF)).as(route).doesNotContain(MARK);
          assertThat(stored.values())
              .allSatisfy(s -> assertThat(s).as(route).contains("stub-model", "endTimeUnixNano"));
          if (route.equals("plain")) {
            // What llama-stack 0.3.5 tells of tokens, it tells of answers that are not streamed.
            assertThat(stored.values())
                .allSatisfy(s -> assertThat(s).containsPattern("prompt_tokens|input_tokens"));
          }
        });
  }
}
