package io.tracingstack.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.injection.WorkloadKind;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What must be there before the operator can do anything, told in one line when it is not. */
@ApplicationScoped
public class Startup {
  /** Bridges a blip of some seconds; the client's own patience is a minute and a half. */
  private static final int RETRIES = 5;

  private final KubernetesClient client;

  Startup(KubernetesClient client) {
    this.client =
        client
            .newClient(
                new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                    .withRequestRetryBackoffLimit(RETRIES)
                    .build())
            .adapt(KubernetesClient.class);
  }

  private record Right(String group, String resource, String verb) {}

  /** Rights without which nothing works; the others show up where they are missed. */
  private static final List<Right> RIGHTS =
      Stream.concat(
              Stream.of(
                  new Right(TracingStack.GROUP, "tracingstacks", "watch"),
                  new Right(TracingStack.GROUP, "tracedworkloads", "create"),
                  new Right("apps", "deployments", "patch"),
                  new Right("", "namespaces", "watch")),
              Stream.of(WorkloadKind.values())
                  .map(WorkloadKind::type)
                  .map(
                      type ->
                          new Right(
                              HasMetadata.getGroup(type), HasMetadata.getPlural(type), "watch")))
          .toList();

  /** Why the operator cannot start; empty when it can. */
  public Optional<String> obstacle() {
    try {
      for (Class<? extends HasMetadata> kind : List.of(TracingStack.class, TracedWorkload.class)) {
        String crd = HasMetadata.getFullResourceName(kind);
        if (client.apiextensions().v1().customResourceDefinitions().withName(crd).get() == null) {
          return Optional.of(
              "the cluster has no CustomResourceDefinition " + crd + ": apply config/crd first");
        }
      }
      for (Right right : RIGHTS) {
        if (!may(right)) {
          return Optional.of(
              "not allowed to %s %s%s: apply config/rbac and run under its ServiceAccount"
                  .formatted(
                      right.verb(),
                      right.resource(),
                      right.group().isEmpty() ? "" : "." + right.group()));
        }
      }
      return Optional.empty();
    } catch (KubernetesClientException e) {
      if (e.getCode() == 401) {
        return Optional.of("the API server does not accept the credentials (401)");
      }
      if (e.getCode() == 403) {
        return Optional.of(
            "not allowed to read CustomResourceDefinitions: apply config/rbac and run under its"
                + " ServiceAccount");
      }
      return Optional.of(
          "the API server at %s cannot be reached: %s"
              .formatted(client.getMasterUrl(), rootMessage(e)));
    }
  }

  private boolean may(Right right) {
    return Boolean.TRUE.equals(
        client
            .authorization()
            .v1()
            .selfSubjectAccessReview()
            .create(
                new SelfSubjectAccessReviewBuilder()
                    .withNewSpec()
                    .withNewResourceAttributes()
                    .withGroup(right.group())
                    .withResource(right.resource())
                    .withVerb(right.verb())
                    .endResourceAttributes()
                    .endSpec()
                    .build())
            .getStatus()
            .getAllowed());
  }

  /** The innermost cause, in one line. */
  public static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null
        ? root.getClass().getSimpleName()
        : root.getMessage().lines().findFirst().orElse("");
  }
}
