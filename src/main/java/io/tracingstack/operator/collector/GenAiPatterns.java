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
  private static final String CONTENT =
      any("messages?", "prompts?", "text", "content", "body", "choices", "input", "output")
          .replace(")", "|instructions|tools?|functions?|tool_calls|completions?|reasoning)");

  /** Keys whose attribute is removed. */
  static final String KEYS =
      "(?i)^"
          + any(
              // OpenTelemetry, all generations; OpenLLMetry and OpenLIT below the same prefix.
              "gen_ai\\."
                  + any("prompt", "completion", "input", "output", "content", "tool", "tools")
                  + BELOW,
              "gen_ai\\."
                  + any("retrieval", "memory", "event", "messages?", "choice", "reasoning")
                  + BELOW,
              "gen_ai\\." + any("system_instructions", "instructions") + BELOW,
              "gen_ai\\."
                  + any("system", "user", "assistant", "tool")
                  + "\\.(?:message|prompt)"
                  + BELOW,
              "gen_ai\\." + any("request", "response", "agent") + "\\." + CONTENT + BELOW,
              "gen_ai\\.evaluation\\.explanation",
              // OpenInference.
              any("input", "output") + BELOW,
              "llm\\."
                  + any("input_messages", "output_messages", "prompts?", "completions?", "choices")
                  + BELOW,
              "llm\\."
                  + any("prompt_template", "function_call", "invocation_parameters", "tools")
                  + BELOW,
              "tool\\."
                  + any("parameters", "json_schema", "arguments", "input", "output", "result")
                  + BELOW,
              "tool_call\\.function\\.arguments",
              any("retrieval", "reranker") + "\\.(?:(?:input_|output_)?documents|query)" + BELOW,
              "embedding\\." + any("text", "vector", "embeddings", "invocation_parameters") + BELOW,
              any("message", "message_content", "document", "prompt", "completion")
                  + "\\."
                  + any(
                      "content",
                      "contents",
                      "text",
                      "tool_calls",
                      "function_call_arguments_json",
                      "metadata")
                  + BELOW,
              any("image", "audio") + "\\.(?:url|transcript)",
              // OpenLLMetry (traceloop), its vector stores, LiteLLM.
              "traceloop\\.(?:entity\\.(?:input|output)|prompt\\.template(?:_variables)?)" + BELOW,
              "llm\\.request\\.(?:functions|messages|tools)" + BELOW,
              "llm\\.(?:[\\w-]+\\.)?"
                  + any("messages", "choices", "input", "content", "functions", "system", "output")
                      .replace("system", "system_prompt|instructions|extra_body")
                  + BELOW,
              "llm\\.[\\w-]+\\.stringified_raw_response",
              "(?:db|vector_db)\\.(?:query|search)\\.(?:result|embeddings)\\."
                  + any("document", "metadata", "vector", "entity", "text"),
              "db\\.(?:vector\\.query\\.(?:content|response\\.documents)|search\\.query|[a-z]+\\.query\\.where_document)"
                  + BELOW,
              "mcp\\.(?:request\\.(?:params|arguments?)|response\\.value|tool\\.(?:arguments|result))"
                  + BELOW,
              // LlamaStack and OGX.
              "__args__|args|request|messages?_json",
              "(?:llama_stack|ogx)\\.(?:.*\\.)?"
                  + any(
                      "messages", "metadata", "user_message", "content", "query", "input", "output")
                  + BELOW,
              // Spring AI, Vercel, Pydantic AI and Logfire, MLflow, Langfuse, Haystack, Google ADK.
              "spring\\.ai\\.(?:.*\\.)?"
                  + any(
                      "text",
                      "params",
                      "arguments",
                      "result",
                      "schema",
                      "content",
                      "documents",
                      "query"),
              "ai\\."
                  + any(
                          "prompt",
                          "value",
                          "values",
                          "embeddings?",
                          "result",
                          "schema",
                          "toolCall\\.args")
                      .replace(")", "|toolCall\\.result)")
                  + BELOW,
              "ai\\.response\\."
                  + any("text", "object", "toolCalls", "reasoning", "files", "providerMetadata")
                  + BELOW,
              "(?:pydantic_ai\\.)?all_messages(?:_events)?|events|final_result|model_request_parameters",
              "request_data|response_data|logfire\\.(?:msg|json_schema)",
              "mlflow\\.(?:spanInputs|spanOutputs|chat\\.(?:tools|messages))",
              "langfuse\\.(?:observation|trace)\\.(?:input|output|metadata)" + BELOW,
              "langsmith\\.(?:inputs|outputs|metadata)" + BELOW,
              "haystack\\.(?:component\\.(?:input|output)|pipeline\\.(?:input|output)_data)"
                  + BELOW,
              "gcp\\.vertex\\.agent\\.(?:llm_request|llm_response|tool_call_args|tool_response|data)",
              "crew(?:ai)?[._](?:inputs|agents|tasks|result|output)|(?:formatted_)?(?:task_)?description",
              // What content is called where no convention was followed.
              "(?:.*[._])?"
                  + any("prompts?", "completions?", "messages", "chat_history", "conversation")
                      .replace(
                          ")",
                          "|(?:system|user)_(?:prompt|message|input)|tool_(?:args|arguments|input|output|result|response|calls))"))
          + "$";

  /** Keys that {@link #KEYS} catches and that carry no content. */
  static final String KEPT_KEYS =
      "(?i)^"
          + any(
              "gen_ai\\.prompt\\.(?:name|id|version)|gen_ai\\.output\\.type|gen_ai\\.event\\.name",
              "gen_ai\\.tool\\.(?:name|type|call\\.id)",
              "gen_ai\\.retrieval\\.(?:top_k|documents\\.\\d+\\.(?:id|score))",
              "gen_ai\\.memory\\.(?:id|type|scope|store\\.(?:id|name))",
              "(?:gen_ai|llm)\\.(?:prompts?|completions?)\\.\\d+\\."
                  + any(
                      "role",
                      "finish_reason",
                      "tool_call_id",
                      "tool_calls\\.\\d+\\.(?:id|name|type)"),
              any("input", "output") + "\\.mime_type",
              "llm\\.(?:input|output)_messages\\.\\d+\\.message\\."
                  + any(
                      "role",
                      "finish_reason",
                      "tool_call_id",
                      "tool_calls\\.\\d+\\.tool_call\\.(?:id|function\\.name)"),
              "llm\\.prompt_template\\.version",
              any("retrieval", "reranker")
                  + "\\.(?:input_|output_)?documents\\.\\d+\\.document\\.(?:id|score)",
              "(?:.*[._])?usage[._](?:.*[._])?(?:prompt|completion)s?",
              "llm\\.(?:token_count|cost)\\.(?:prompt|completion|total)")
          + "$";

  /** Span events that are messages of a conversation. */
  static final String EVENTS = "^gen_ai\\.";

  /** All that is left of such an event. */
  static final String EVENT_KEPT_KEYS =
      "^"
          + any(
              "gen_ai\\.(?:system|provider\\.name|operation\\.name|conversation\\.id|output\\.type|event\\.name)",
              "gen_ai\\.usage\\..*",
              "gen_ai\\.request\\."
                  + any(
                          "model",
                          "max_tokens",
                          "temperature",
                          "top_p",
                          "top_k",
                          "seed",
                          "choice\\.count")
                      .replace(
                          ")",
                          "|frequency_penalty|presence_penalty|stop_sequences|encoding_formats)"),
              "gen_ai\\.response\\.(?:id|model|finish_reasons(?:\\.\\d+)?)",
              "gen_ai\\.agent\\.(?:id|name)|gen_ai\\.tool\\.(?:name|type|call\\.id)",
              "gen_ai\\.evaluation\\.(?:name|score\\.value|score\\.label)",
              "event\\.name|id|index|role|name|finish_reason|tool_call_id|error\\.type|server\\.(?:address|port)")
          + "$";

  /** Log lines that LlamaStack up to 0.3 writes into its spans. */
  static final String LOG_EVENTS = "^unstructured_log$";

  /** Pydantic quotes what it refuses, and what it refuses may be a conversation. */
  static final List<Replacement> VALUES =
      List.of(
          new Replacement(
              "(?s)(\\binput_value=).*?(, input_type=|\\z)",
              "${1}" + Redaction.REPLACEMENT + "${2}"));

  private GenAiPatterns() {}
}
