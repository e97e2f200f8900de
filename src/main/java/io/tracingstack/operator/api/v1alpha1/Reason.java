package io.tracingstack.operator.api.v1alpha1;

import java.util.EnumSet;
import java.util.Set;

/**
 * The catalogue of reasons: every condition carries one of these, and every reason that is not a
 * success says what to do next. Names are part of the API; README explains each.
 */
public enum Reason {
  // Selected
  SELECTED("Selected", Group.PROGRESSING, ""),
  NO_STACK(
      "NoStack",
      Group.WAITING,
      "create a TracingStack in this namespace, or label the namespace"
          + " tracingstack.io/stack=<namespace>.<name> to be served by another one"),
  NO_CONSENT(
      "NoConsent",
      Group.WAITING,
      "label the namespace (or annotate the workload) tracingstack.io/stack=<namespace>.<name>"),
  AMBIGUOUS_STACK(
      "AmbiguousStack",
      Group.WAITING,
      "say which one by annotating the workload tracingstack.io/stack=<namespace>.<name>"),
  STACK_INVALID(
      "StackInvalid", Group.FAILED, "correct the field that the stack's condition Ready names"),
  NAMESPACE_EXCLUDED(
      "NamespaceExcluded",
      Group.WAITING,
      "give the namespace the labels of the stack's instrumentation.namespaceSelector"),
  PROTECTED_NAMESPACE(
      "ProtectedNamespace",
      Group.WAITING,
      "system namespaces are never touched; move the workload or remove the label"),
  UNSUPPORTED_KIND(
      "UnsupportedKind",
      Group.WAITING,
      "label the Deployment, StatefulSet, DaemonSet or CronJob that makes the pods; what has none"
          + " cannot be changed once it exists"),
  UNSUPPORTED_LANGUAGE(
      "UnsupportedLanguage",
      Group.WAITING,
      "use tracingstack.io/inject=java, llamastack for LlamaStack servers, vllm for model servers, or"
          + " \"false\""),
  // Preflight
  CLEAR("Clear", Group.PROGRESSING, ""),
  AMBIGUOUS_CONTAINER(
      "AmbiguousContainer",
      Group.WAITING,
      "annotate the workload tracingstack.io/containers=<name>[,<name>]"),
  UNKNOWN_CONTAINER(
      "UnknownContainer",
      Group.WAITING,
      "correct the annotation tracingstack.io/containers on the workload"),
  OTHER_AGENT_PRESENT(
      "OtherAgentPresent",
      Group.WAITING,
      "remove the other agent, or keep it and remove the label; two agents in one process are not"
          + " supported"),
  TOOL_OPTIONS_TAKEN(
      "ToolOptionsTaken",
      Group.WAITING,
      "annotate the workload tracingstack.io/take-over=true to have the agent put before the value of"
          + " JAVA_TOOL_OPTIONS, or free one of the two"),
  PYTHON_PATH_TAKEN(
      "PythonPathTaken",
      Group.WAITING,
      "set PYTHONPATH to what the message says, where the variable is set, or annotate the workload"
          + " tracingstack.io/take-over=true to have it done in the Deployment"),
  OWN_EXPORTER(
      "OwnExporter",
      Group.WAITING,
      "remove the named variable or argument to send this workload's spans to the stack, or keep it"
          + " and remove the label"),
  ARGUMENT_NEEDED(
      "ArgumentNeeded",
      Group.WAITING,
      "add the argument where the command line comes from; all else follows by itself"),
  MANAGED_BY_KSERVE(
      "ManagedByKServe",
      Group.WAITING,
      "what is to be added goes into the named object: its controller takes everything else out of"
          + " the Deployment"),
  NAME_TAKEN(
      "NameTaken",
      Group.WAITING,
      "rename the volume, init container or mount path that collides with ours"),
  MEMORY_TOO_TIGHT(
      "MemoryTooTight",
      Group.WAITING,
      "raise the container's memory limit, or annotate the workload"
          + " tracingstack.io/accept-risk=MemoryTooTight"),
  PROBE_TOO_TIGHT(
      "ProbeTooTight",
      Group.WAITING,
      "give the probe more time (a startup probe is best), raise the CPU limit, or annotate the"
          + " workload tracingstack.io/accept-risk=ProbeTooTight"),
  EPHEMERAL_STORAGE_TOO_TIGHT(
      "EphemeralStorageTooTight",
      Group.WAITING,
      "raise the containers' ephemeral-storage limits, or annotate the workload"
          + " tracingstack.io/accept-risk=EphemeralStorageTooTight"),
  QUOTA_EXCEEDED(
      "QuotaExceeded",
      Group.WAITING,
      "raise the named ResourceQuota, or annotate the workload"
          + " tracingstack.io/accept-risk=QuotaExceeded"),
  LIMIT_RANGE(
      "LimitRange",
      Group.WAITING,
      "change the named LimitRange, or the stack's instrumentation.java.resources: it would refuse"
          + " pods with the init container"),
  UNSUPPORTED_ARCHITECTURE(
      "UnsupportedArchitecture",
      Group.WAITING,
      "name an agent-init image for the architecture of these nodes in the stack's"
          + " instrumentation.java.agentImage"),
  VOLUME_DEADLOCK(
      "VolumeDeadlock",
      Group.WAITING,
      "let the Deployment have the strategy Recreate (LlamaStack operator 0.9 and later set it), or"
          + " annotate the workload tracingstack.io/accept-risk=VolumeDeadlock where all its pods run"
          + " on one node"),
  WORKLOAD_UNHEALTHY(
      "WorkloadUnhealthy",
      Group.WAITING,
      "make the workload healthy: what fails by itself is neither changed nor put back"),
  ROLLOUT_IN_PROGRESS(
      "RolloutInProgress", Group.WAITING, "wait for the workload's own rollout to end"),
  REFUSED_BY_DRY_RUN(
      "RefusedByDryRun", Group.WAITING, "resolve what the API server or its admission refused"),
  CANNOT_REHEARSE(
      "CannotRehearse",
      Group.WAITING,
      "annotate the workload tracingstack.io/rehearsal=false to have it changed without a rehearsal"),
  REHEARSAL_FORBIDDEN(
      "RehearsalForbidden",
      Group.WAITING,
      "grant the right, or annotate the workload tracingstack.io/rehearsal=false"),
  REHEARSAL_REFUSED(
      "RehearsalRefused",
      Group.WAITING,
      "resolve what the API server or its admission says of the rehearsal's pod, or annotate the"
          + " workload tracingstack.io/rehearsal=false"),
  // Admitted
  ADMITTED("Admitted", Group.PROGRESSING, ""),
  PLAN_ONLY(
      "PlanOnly", Group.WAITING, "set the stack's spec.rollout.mode to Apply to have it done"),
  AWAITING_TURN("AwaitingTurn", Group.PROGRESSING, "wait until the stack has looked at it"),
  WAITING_FOR_CANARY(
      "WaitingForCanary", Group.WAITING, "wait until the canary workloads are proven"),
  WAITING_FOR_SLOT("WaitingForSlot", Group.WAITING, "wait for the workloads on their way"),
  OUTSIDE_WINDOW(
      "OutsideWindow", Group.WAITING, "wait for the next of the stack's spec.rollout.windows"),
  PAUSED("Paused", Group.WAITING, "set the stack's spec.rollout.paused to false"),
  AWAITING_NEXT_CHANGE(
      "AwaitingNextChange", Group.WAITING, "roll the workload out yourself; tracing comes with it"),
  ROLLOUT_STOPPED(
      "RolloutStopped",
      Group.WAITING,
      "see the failed workloads of this stack; correct them, annotate their TracedWorkloads"
          + " tracingstack.io/retry, or raise spec.rollout.failureBudget"),
  PIPELINE_DOWN(
      "PipelineDown",
      Group.WAITING,
      "wait for the stack's PipelineVerified: without it nothing can be proven"),
  REHEARSING("Rehearsing", Group.PROGRESSING, "wait for the rehearsal to end"),
  REHEARSAL_FAILED(
      "RehearsalFailed",
      Group.REVERTED,
      "the workload was not touched; see status.rehearsal for the evidence; change the workload, or"
          + " annotate the TracedWorkload tracingstack.io/retry with a new value, to try again"),
  // Injected
  REVERTING("Reverting", Group.PROGRESSING, "wait until the workload is healthy again"),
  REVERTED(
      "Reverted",
      Group.REVERTED,
      "see status.reverted for the evidence; change the workload, or annotate the TracedWorkload"
          + " tracingstack.io/retry with a new value, to try again"),
  PODS_LEFT(
      "PodsLeft",
      Group.REVERTED,
      "run the command in the message: the pod template is as it was before, but nobody replaces"
          + " these pods; see status.reverted for the evidence"),
  INJECTED("Injected", Group.PROGRESSING, ""),
  CONFLICT(
      "Conflict",
      Group.WAITING,
      "let the named manager give the field up, or remove it from its manifest"),
  REJECTED("Rejected", Group.FAILED, "resolve what the API server or its admission refused"),
  FIGHTING(
      "Fighting",
      Group.FAILED,
      "stop the tool that removes the fields (or let it ignore them), then annotate the"
          + " TracedWorkload tracingstack.io/retry with a new value"),
  AGENT_NAMED_BY_HAND(
      "AgentNamedByHand",
      Group.WAITING,
      "remove -javaagent:/tracingstack/agent/opentelemetry-javaagent.jar from the named containers;"
          + " the rest is then undone by itself"),
  REMOVED("Removed", Group.WAITING, ""),
  // AgentVerified
  VERIFIED("Verified", Group.PROGRESSING, ""),
  NO_AGENT_NEEDED("NoAgentNeeded", Group.PROGRESSING, ""),
  AWAITING_PODS("AwaitingPods", Group.PROGRESSING, "wait for pods of this revision"),
  DIGEST_MISMATCH(
      "DigestMismatch",
      Group.FAILED,
      "use an agent-init image whose agent has the expected digest; until then the application runs"
          + " untraced"),
  FELL_BACK_TO_NOOP(
      "FellBackToNoop",
      Group.FAILED,
      "see the init container's report; the application runs untraced"),
  NO_REPORT(
      "NoReport",
      Group.FAILED,
      "use an agent-init image of this project: the init container ended without a report"),
  REPAIR_APPLIED("RepairApplied", Group.PROGRESSING, ""),
  PATCH_NOT_APPLICABLE("PatchNotApplicable", Group.PROGRESSING, ""),
  REPAIR_NOT_NEEDED("RepairNotNeeded", Group.PROGRESSING, ""),
  REPAIR_NOT_APPLIED(
      "RepairNotApplied",
      Group.PROGRESSING,
      "see status.llamaStack.patch; the server is traced as it is shipped"),
  NO_INSTRUMENTATION_IN_IMAGE(
      "NoInstrumentationInImage",
      Group.FAILED,
      "use an image with the packages of OpenTelemetry that the message names; or remove the label,"
          + " and have the OpenTelemetry Operator bring its own"
          + " (instrumentation.opentelemetry.io/inject-python)"),
  // RolledOut
  ROLLED_OUT("RolledOut", Group.PROGRESSING, ""),
  PROGRESSING("Progressing", Group.PROGRESSING, "wait for the rollout"),
  SCALED_TO_ZERO(
      "ScaledToZero",
      Group.SILENT,
      "scale the workload up, or let a DaemonSet fit a node, to see traces"),
  PAUSED_DEPLOYMENT("PausedDeployment", Group.WAITING, "resume the Deployment's rollout"),
  PARTITIONED(
      "Partitioned",
      Group.WAITING,
      "lower the StatefulSet's updateStrategy.rollingUpdate.partition"),
  AWAITING_RUN("AwaitingRun", Group.SILENT, "wait for the next run of the CronJob"),
  PROBE_FAILING("ProbeFailing", Group.FAILED, "see the container's probes and its log"),
  POD_REFUSED(
      "PodRefused",
      Group.FAILED,
      "resolve what refused the pods: the message says it in its words"),
  NODE_TROUBLE(
      "NodeTrouble", Group.PROGRESSING, "see the named node; the workload is not to blame"),
  CRASH_LOOP("CrashLoop", Group.FAILED, "see the container's log"),
  OUT_OF_MEMORY(
      "OutOfMemory",
      Group.FAILED,
      "raise the container's memory limit (the agent needs about 100 MiB)"),
  IMAGE_PULL("ImagePull", Group.FAILED, "make the named image pullable"),
  ON_DELETE(
      "OnDelete", Group.WAITING, "delete the pods: the update strategy OnDelete waits for that"),
  // Traced
  TRACED("Traced", Group.TRACED, ""),
  AWAITING_TRAFFIC(
      "AwaitingTraffic",
      Group.SILENT,
      "send the workload a request; without traffic there is nothing to trace"),
  STOPPED_SENDING(
      "StoppedSending",
      Group.SILENT,
      "the workload answers requests but sends no spans any more: see its log, and network policies"
          + " between it and the collector"),
  AWAITING_PROOF("AwaitingProof", Group.PROGRESSING, "wait for the first span"),
  NOT_ARRIVING(
      "NotArriving",
      Group.FAILED,
      "see the application's log for exporter errors, and network policies between the pod and the"
          + " collector"),
  NO_INSTRUMENTED_LIBRARY(
      "NoInstrumentedLibrary",
      Group.SILENT,
      "the agent runs and requests are answered, but by no library it knows: check the agent's list"
          + " of supported libraries, or instrument by hand"),
  AGENT_DISABLED_ITSELF(
      "AgentDisabledItself",
      Group.FAILED,
      "see the agent's message in the application's log; the application runs untraced"),
  AGENT_NOT_STARTED(
      "AgentNotStarted",
      Group.FAILED,
      "the JVM did not load the agent: it ignores the option variable (an embedded JVM, or Java 8"
          + " with JDK_JAVA_OPTIONS); annotate the workload tracingstack.io/take-over=true to use"
          + " JAVA_TOOL_OPTIONS, or add -javaagent:/tracingstack/agent/opentelemetry-javaagent.jar to"
          + " its command line"),
  COLLECTOR_UNREACHABLE(
      "CollectorUnreachable",
      Group.FAILED,
      "the agent cannot export: see the collector's pods, and network policies towards them"),
  NOT_IN_STORE(
      "NotInStore",
      Group.FAILED,
      "the collector counts spans but the store has none: see the stack's PipelineVerified"),
  // Stack
  READY("Ready", Group.TRACED, ""),
  INVALID_SPEC("InvalidSpec", Group.FAILED, "correct the named field"),
  TEMPO_OPERATOR_MISSING(
      "TempoOperatorMissing",
      Group.WAITING,
      "install tempo-operator; this stack goes on by itself when its CRD appears"),
  BACKEND_PENDING("BackendPending", Group.PROGRESSING, "wait for Tempo's pods"),
  BACKEND_FAILED("BackendFailed", Group.FAILED, "see the TempoMonolithic's conditions"),
  EXTERNAL("External", Group.TRACED, ""),
  COLLECTOR_PENDING("CollectorPending", Group.PROGRESSING, "wait for the collector's pods"),
  APPLY_FAILED("ApplyFailed", Group.FAILED, "resolve what the API server refused"),
  NAME_CONFLICT(
      "NameConflict",
      Group.FAILED,
      "an object of that name exists and is not ours: rename the stack or remove the object"),
  CANARY_FOUND("CanaryFound", Group.TRACED, ""),
  CANARY_ACCEPTED("CanaryAccepted", Group.TRACED, ""),
  CANARY_PENDING("CanaryPending", Group.PROGRESSING, "wait for the canary span"),
  CANARY_REFUSED("CanaryRefused", Group.FAILED, "the collector refused the span: see its log"),
  CANARY_EXPORT_FAILED(
      "CanaryExportFailed",
      Group.FAILED,
      "the collector cannot deliver to the backend: see its log and the backend"),
  CANARY_LOST(
      "CanaryLost",
      Group.FAILED,
      "the store answers but has not the span: see the collector's log"),
  STORE_UNREACHABLE("StoreUnreachable", Group.FAILED, "see the backend's pods and Service"),
  ROLLOUT_HEALTHY("RolloutHealthy", Group.TRACED, "");

  /** What a reason means for the count of workloads in a stack's status. */
  public enum Group {
    /** Not touched, waiting for somebody. */
    WAITING,
    /** On its way. */
    PROGRESSING,
    /** Proven. */
    TRACED,
    /** Injected and healthy, nothing to see yet. */
    SILENT,
    /** Tried, failed, and as it was before. */
    REVERTED,
    /** Something went wrong. */
    FAILED
  }

  /** Waiting that ends by itself, or when those end it who asked for it. */
  private static final Set<Reason> PATIENT =
      EnumSet.of(
          ROLLOUT_IN_PROGRESS,
          PLAN_ONLY,
          WAITING_FOR_CANARY,
          WAITING_FOR_SLOT,
          OUTSIDE_WINDOW,
          PAUSED,
          AWAITING_NEXT_CHANGE,
          ROLLOUT_STOPPED,
          PIPELINE_DOWN,
          PAUSED_DEPLOYMENT,
          PARTITIONED,
          ON_DELETE,
          REMOVED);

  private final String apiName;
  private final Group group;
  private final String nextStep;

  Reason(String apiName, Group group, String nextStep) {
    this.apiName = apiName;
    this.group = group;
    this.nextStep = nextStep;
  }

  /** The CamelCase name in conditions, events and metrics. */
  public String apiName() {
    return apiName;
  }

  /** What this reason means for the counts in a stack's status. */
  public Group group() {
    return group;
  }

  /** Whether its event is a Warning: something failed, or the workload's team has to act. */
  public boolean warns() {
    return switch (group) {
      case FAILED, REVERTED -> true;
      case WAITING -> !PATIENT.contains(this);
      case PROGRESSING, TRACED, SILENT -> false;
    };
  }

  /** What to do about it; empty for a success. */
  public String nextStep() {
    return nextStep;
  }

  /**
   * Finds a reason by its name in the API.
   *
   * @throws IllegalArgumentException when this version does not know it
   */
  public static Reason ofApiName(String apiName) {
    for (Reason reason : values()) {
      if (reason.apiName.equals(apiName)) {
        return reason;
      }
    }
    throw new IllegalArgumentException("unknown reason " + apiName);
  }
}
