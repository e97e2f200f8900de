package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.dependent.DependentResource;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.BooleanWithUndefined;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.CRUDKubernetesDependentResource;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.KubernetesDependent;
import io.javaoperatorsdk.operator.processing.dependent.workflow.CRDPresentActivationCondition;
import io.javaoperatorsdk.operator.processing.dependent.workflow.Condition;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.backend.TempoMonolithic;
import io.tracingstack.operator.backend.TempoMonolithicObject;
import io.tracingstack.operator.collector.CollectorObjects;
import io.tracingstack.operator.stack.BackendPlan;
import io.tracingstack.operator.stack.StackPlan;

/** The objects a stack owns, each as the pure packages describe it. */
final class StackDependents {
  private static final String OURS = "app.kubernetes.io/managed-by=tracingstack-operator";

  private StackDependents() {}

  private static StackPlan plan(Context<TracingStack> context) {
    return context
        .managedWorkflowAndDependentResourceContext()
        .getMandatory(StackPlan.class, StackPlan.class);
  }

  /** Trace storage. */
  @KubernetesDependent(
      useSSA = BooleanWithUndefined.TRUE,
      informer = @Informer(labelSelector = OURS))
  public static class Tempo extends CRUDKubernetesDependentResource<TempoMonolithic, TracingStack> {
    static final String NAME = "tempo";

    @Override
    protected TempoMonolithic desired(TracingStack stack, Context<TracingStack> context) {
      return TempoMonolithicObject.build((BackendPlan.Tempo) plan(context).backend());
    }

    /** Needed to delete it as well, when the plan no longer describes one. */
    @Override
    protected ResourceID targetSecondaryResourceID(
        TracingStack stack, Context<TracingStack> context) {
      return ResourceID.fromResource(stack);
    }
  }

  /** Whether tempo-operator's kind exists; asked anew each time, so that it may come and go. */
  public static class TempoApiPresent
      extends CRDPresentActivationCondition<TempoMonolithic, TracingStack> {
    @Override
    protected boolean shouldCheckStateNow(CRDCheckState state) {
      return true;
    }
  }

  /** Whether the stack keeps its traces in a Tempo of its own. */
  public static class TempoWanted implements Condition<TempoMonolithic, TracingStack> {
    @Override
    public boolean isMet(
        DependentResource<TempoMonolithic, TracingStack> dependent,
        TracingStack stack,
        Context<TracingStack> context) {
      return plan(context).backend() instanceof BackendPlan.Tempo;
    }
  }

  /** The collector's configuration. */
  @KubernetesDependent(
      useSSA = BooleanWithUndefined.TRUE,
      informer = @Informer(labelSelector = OURS))
  public static class CollectorConfigMap
      extends CRUDKubernetesDependentResource<ConfigMap, TracingStack> {
    static final String NAME = "collector-config";

    @Override
    protected ConfigMap desired(TracingStack stack, Context<TracingStack> context) {
      return CollectorObjects.configMap(plan(context));
    }
  }

  /** The collector's pods. */
  @KubernetesDependent(
      useSSA = BooleanWithUndefined.TRUE,
      informer = @Informer(labelSelector = OURS))
  public static class CollectorDeployment
      extends CRUDKubernetesDependentResource<Deployment, TracingStack> {
    static final String NAME = "collector-deployment";

    @Override
    protected Deployment desired(TracingStack stack, Context<TracingStack> context) {
      return CollectorObjects.deployment(plan(context));
    }
  }

  /** The collector's address. */
  @KubernetesDependent(
      useSSA = BooleanWithUndefined.TRUE,
      informer = @Informer(labelSelector = OURS))
  public static class CollectorService
      extends CRUDKubernetesDependentResource<Service, TracingStack> {
    static final String NAME = "collector-service";

    @Override
    protected Service desired(TracingStack stack, Context<TracingStack> context) {
      return CollectorObjects.service(plan(context));
    }
  }

  /** Protection during node drains. */
  @KubernetesDependent(
      useSSA = BooleanWithUndefined.TRUE,
      informer = @Informer(labelSelector = OURS))
  public static class CollectorDisruptionBudget
      extends CRUDKubernetesDependentResource<PodDisruptionBudget, TracingStack> {
    static final String NAME = "collector-disruption-budget";

    @Override
    protected PodDisruptionBudget desired(TracingStack stack, Context<TracingStack> context) {
      return CollectorObjects.disruptionBudget(plan(context));
    }
  }

  /** With one replica a budget would block every drain. */
  public static class SeveralReplicas implements Condition<HasMetadata, TracingStack> {
    @Override
    public boolean isMet(
        DependentResource<HasMetadata, TracingStack> dependent,
        TracingStack stack,
        Context<TracingStack> context) {
      return plan(context).collector().replicas() > 1;
    }
  }
}
