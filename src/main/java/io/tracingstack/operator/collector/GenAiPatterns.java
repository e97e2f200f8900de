package io.tracingstack.operator.collector;

import static io.tracingstack.operator.collector.SecretPatterns.any;

import io.tracingstack.operator.collector.SecretPatterns.Replacement;
import java.util.List;

/**
 * What the preset {@code genai} looks for, as RE2 expressions: content of conversations under the
 * names that instrumentations give it. A name that carries content takes all below it along, and
 * what is known to be none is put back.
 */
final class GenAiPatterns {
  private static final String BELOW = "(?:\\..*)?";

  /** Keys whose attribute is removed. */
  static final String KEYS =
      "(?i)^"
          + any(
              openTelemetry(),
              openInference(),
              traceloop(),
              llamaStack(),
              frameworks(),
              // What content is called where no convention was followed.
              "(?:.*[._])?"
                  + any(
                      "prompts?",
                      "completions?",
                      "messages",
                      "chat_history",
                      "conversation",
                      "(?:system|user)_(?:prompt|message|input|instructions?)",
                      "tool_(?:args|arguments|input|output|result|response|calls)"))
          + "$";

  /** Keys that {@link #KEYS} catches and that carry no content. */
  static final String KEPT_KEYS =
      "(?i)^"
          + any(
              "gen_ai\\.prompt\\.(?:name|id|version)",
              "gen_ai\\.(?:output\\.type|event\\.name)",
              "gen_ai\\.tool\\.(?:name|type|call\\.id)",
              "gen_ai\\.retrieval\\.(?:top_k|documents\\.\\d+\\.(?:id|score))",
              "gen_ai\\.memory\\.(?:id|type|scope|store\\.(?:id|name))",
              "(?:gen_ai|llm)\\.(?:prompts?|completions?)\\.\\d+\\."
                  + any(
                      "role",
                      "finish_reason",
                      "tool_call_id",
                      "tool_calls\\.\\d+\\.(?:id|name|type)"),
              "llm\\.(?:input|output)_messages\\.\\d+\\.message\\."
                  + any(
                      "role",
                      "finish_reason",
                      "tool_call_id",
                      "tool_calls\\.\\d+\\.tool_call\\.(?:id|function\\.name)"),
              "(?:input|output)\\.mime_type",
              "llm\\.prompt_template\\.version",
              "(?:retrieval|reranker)\\.(?:input_|output_)?documents\\.\\d+\\.document\\.(?:id|score)",
              "(?:.*[._])?(?:usage|token_count|tokens|cost)[._](?:prompt|completion)s?")
          + "$";

  /** Span events that are messages of a conversation. */
  static final String EVENTS = "^gen_ai\\.";

  /** All that is left of such an event. */
  static final String EVENT_KEPT_KEYS =
      "^"
          + any(
              "gen_ai\\.(?:system|provider\\.name|operation\\.name|conversation\\.id|output\\.type)",
              "gen_ai\\.(?:event\\.name|usage\\..*)",
              "gen_ai\\.request\\."
                  + any(
                      "model",
                      "max_tokens",
                      "temperature",
                      "top_[pk]",
                      "seed",
                      "choice\\.count",
                      "(?:frequency|presence)_penalty"),
              "gen_ai\\.response\\.(?:id|model|finish_reasons(?:\\.\\d+)?)",
              "gen_ai\\.(?:agent|tool)\\.(?:id|name|type|call\\.id)",
              "gen_ai\\.evaluation\\.(?:name|score\\.value|score\\.label)",
              "event\\.name|id|index|role|name|finish_reason|tool_call_id",
              "error\\.type|server\\.(?:address|port)")
          + "$";

  /** Lines of a log that LlamaStack up to 0.3 writes into its spans. */
  static final String LOG_EVENTS = "^unstructured_log$";

  /** Pydantic quotes what it refuses, and what it refuses may be a conversation. */
  static final List<Replacement> VALUES =
      List.of(
          new Replacement(
              "(?s)(input_value=).*?(, input_type=|\\z)", "${1}" + Redaction.REPLACEMENT + "${2}"));

  private GenAiPatterns() {}

  /** All generations of the conventions, and what OpenLLMetry and OpenLIT put below the prefix. */
  private static String openTelemetry() {
    return "gen_ai\\."
        + any(
            any(
                    "prompt",
                    "completion",
                    "input",
                    "output",
                    "content",
                    "tools?",
                    "retrieval",
                    "memory",
                    "event",
                    "messages?",
                    "choice",
                    "reasoning",
                    "(?:system_)?instructions")
                + BELOW,
            "(?:system|user|assistant)\\.(?:message|prompt)" + BELOW,
            "(?:request|response|agent)\\."
                + any(
                    "messages?",
                    "prompts?",
                    "completions?",
                    "text",
                    "content",
                    "body",
                    "choices",
                    "input",
                    "output",
                    "instructions",
                    "reasoning",
                    "tools?",
                    "tool_calls",
                    "functions?")
                + BELOW,
            "evaluation\\.explanation");
  }

  private static String openInference() {
    return any(
            "input",
            "output",
            "llm\\."
                + any(
                    "(?:input|output)_messages",
                    "prompts?",
                    "completions?",
                    "choices",
                    "prompt_template",
                    "function_call",
                    "invocation_parameters",
                    "tools"),
            "tool\\.(?:parameters|json_schema|arguments|input|output|result)",
            "tool_call\\.function\\.arguments",
            "retrieval\\.(?:documents|query)",
            "reranker\\.(?:query|(?:input_|output_)?documents)",
            "embedding\\.(?:text|vector|embeddings|invocation_parameters)",
            "(?:message|message_content|document|prompt|completion)\\."
                + any(
                    "contents?", "text", "metadata", "tool_calls", "function_call_arguments_json"),
            "(?:image|audio)\\.(?:url|transcript)")
        + BELOW;
  }

  /** OpenLLMetry, vector stores and MCP with it, and LiteLLM, which names them by provider. */
  private static String traceloop() {
    return any(
        any(
                "traceloop\\.(?:entity\\.(?:input|output)|prompt\\.template(?:_variables)?)",
                "llm\\.(?:request|response)\\.(?:functions|messages|tools|text|content)",
                "llm\\.(?:[\\w-]+\\.)?"
                    + any(
                        "messages",
                        "choices",
                        "input",
                        "output",
                        "content",
                        "functions",
                        "system_prompt",
                        "instructions",
                        "extra_body",
                        "stringified_raw_response"),
                "(?:db|vector_db)\\.(?:query|search)\\.(?:result|embeddings)\\."
                    + any("document", "metadata", "vector", "entity", "text"),
                "db\\.(?:search\\.query|[a-z]+\\.query\\.where_document)",
                "mcp\\.(?:request\\.(?:params|arguments?)|response\\.value)",
                "mcp\\.tool\\.(?:arguments|result)")
            + BELOW);
  }

  /**
   * What llama-stack up to 0.3.5 tells nowhere but in a text that holds the conversation too.
   *
   * @param from key of the text
   * @param regex finds it, as the group {@code found}, where no conversation can stand
   * @param to key of the OpenTelemetry conventions
   */
  record Figure(String from, String regex, String to, boolean number) {}

  /** The model is what arguments begin with; the usage ends an answer, after all its lists. */
  static final List<Figure> FIGURES =
      List.of(
          new Figure(
              "__args__",
              "^\\{\"(?:model_id\": \"|params\": \"\\{'model': ')(?P<found>[\\w./:@+-]{1,200})[\"']",
              "gen_ai.request.model",
              false),
          new Figure("output", usage("prompt_tokens"), "gen_ai.usage.input_tokens", true),
          new Figure("output", usage("completion_tokens"), "gen_ai.usage.output_tokens", true));

  private static String usage(String field) {
    return "'usage': \\{[^\\[\\]]*'" + field + "': (?P<found>\\d{1,15})[^\\[\\]]*$";
  }

  /** {@code error} is left to a statement of its own: others use that name for a flag. */
  private static String llamaStack() {
    return any(
        "__args__|args|request|response",
        "(?:llama_stack|ogx)\\.(?:.*\\.)?"
            + any("messages", "metadata", "user_message", "content", "query", "input", "output")
            + BELOW);
  }

  /** Spring AI, Vercel AI SDK, Pydantic AI, MLflow, Langfuse, LangSmith, Haystack, ADK, CrewAI. */
  private static String frameworks() {
    return any(
        "spring\\.ai\\.(?:.*\\.)?"
            + any(
                "text", "params", "arguments", "result", "schema", "content", "documents", "query"),
        "db\\.vector\\.query\\.(?:content|response\\.documents)",
        "ai\\."
            + any(
                "prompt",
                "values?",
                "embeddings?",
                "result",
                "schema",
                "toolCall\\.(?:args|result)")
            + BELOW,
        "ai\\.response\\.(?:text|object|toolCalls|reasoning|files|providerMetadata)" + BELOW,
        "(?:pydantic_ai\\.)?all_messages(?:_events)?|events|final_result",
        "model_request_parameters|request_data|response_data|logfire\\.msg",
        "mlflow\\.(?:spanInputs|spanOutputs|chat\\.(?:tools|messages))",
        "lang(?:fuse|smith)\\.(?:.*\\.)?(?:inputs?|outputs?|metadata)" + BELOW,
        "haystack\\.(?:component\\.(?:input|output)|pipeline\\.(?:input|output)_data)" + BELOW,
        "gcp\\.vertex\\.agent\\.(?:llm_request|llm_response|tool_call_args|tool_response|data)",
        "(?:crew(?:ai)?[._])(?:inputs|agents|tasks|result|output)",
        "(?:formatted|task)_description");
  }
}
