package io.tracingstack.operator.api.v1alpha1;

import java.util.Set;

/** Labels and annotations that users set or see; the one home of these strings. */
public final class Labels {
  /** What the names of all labels and annotations of ours begin with. */
  public static final String DOMAIN = "tracingstack.io/";

  /**
   * On a workload, the server object that it was made for, or their namespace: the language to
   * inject, or {@code "false"}.
   */
  public static final String INJECT = "tracingstack.io/inject";

  /** Value of {@link #INJECT} on a workload that opts out of its namespace's label. */
  public static final String INJECT_OPT_OUT = "false";

  /** Value of {@link #INJECT} for LlamaStack servers. */
  public static final String INJECT_LLAMA_STACK = "llamastack";

  /** Value of {@link #INJECT} for model servers that are vLLM. */
  public static final String INJECT_VLLM = "vllm";

  /**
   * Values of {@link #INJECT} that on a namespace are for the servers in it only, not for what
   * stands beside them.
   */
  public static final Set<String> INJECT_SERVERS = Set.of(INJECT_LLAMA_STACK, INJECT_VLLM);

  /** On a namespace or workload, as label or annotation: the stack that may reach it. */
  public static final String STACK = "tracingstack.io/stack";

  /** Annotation on a workload: comma-separated names of the containers to inject. */
  public static final String CONTAINERS = "tracingstack.io/containers";

  /** Annotation on a workload: the service name of its spans. */
  public static final String SERVICE_NAME = "tracingstack.io/service-name";

  /**
   * Annotation on a workload: {@code "true"} lets us put our part into a {@code JAVA_TOOL_OPTIONS},
   * or a {@code PYTHONPATH} of a LlamaStack server, that its user has set, with their value kept
   * behind it and restored when we leave.
   */
  public static final String TAKE_OVER = "tracingstack.io/take-over";

  /**
   * Annotation on a workload: comma-separated reasons of Preflight that its owner has weighed and
   * accepts, for example {@code MemoryTooTight}.
   */
  public static final String ACCEPT_RISK = "tracingstack.io/accept-risk";

  /** Annotation on a workload: {@code "true"} puts it before those without, as a canary. */
  public static final String CANARY = "tracingstack.io/canary";

  /**
   * Annotation on a workload: {@code Immediate} or {@code OnNextChange}, instead of its stack's.
   */
  public static final String RESTART = "tracingstack.io/restart";

  /**
   * Annotation on a workload: {@code "true"} or {@code "false"}, instead of its stack's policy.
   * Label of a rehearsal's pod: UID of the TracedWorkload that it is for.
   */
  public static final String REHEARSAL = "tracingstack.io/rehearsal";

  /** Annotation on a TracedWorkload: a new value tries again what was given up. */
  public static final String RETRY = "tracingstack.io/retry";

  /** Label of injected pods: hash of the injected content. */
  public static final String REVISION = "tracingstack.io/revision";

  /**
   * Annotation of an injected pod template: which of its fields are ours, see {@code Footprint}.
   */
  public static final String INJECTED = "tracingstack.io/injected";

  /** Annotation on objects we own: hash of the configuration they run. */
  public static final String CONFIG_HASH = "tracingstack.io/config-hash";

  public static final String NAME = "app.kubernetes.io/name";
  public static final String INSTANCE = "app.kubernetes.io/instance";
  public static final String COMPONENT = "app.kubernetes.io/component";
  public static final String PART_OF = "app.kubernetes.io/part-of";
  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";

  /** Value of {@link #MANAGED_BY} on objects that this operator owns. */
  public static final String OPERATOR = "tracingstack-operator";

  private Labels() {}
}
