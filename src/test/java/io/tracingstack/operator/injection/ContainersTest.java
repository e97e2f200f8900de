package io.tracingstack.operator.injection;

import static io.tracingstack.operator.testing.TestWorkloads.deployment;
import static io.tracingstack.operator.testing.TestWorkloads.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.testing.TestWorkloads;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContainersTest {
  @ParameterizedTest
  @CsvSource({
    "app,                        app",
    "istio-proxy,                istio-proxy",
    "istio-proxy;app,            app",
    "app;istio-proxy,            app",
    "app;worker,                 app",
    "vault-agent;worker;app,     worker"
  })
  void withoutAnnotationTheFirstThatIsNoSidecarIsChosen(String containers, String chosen) {
    assertThat(choose(null, containers).names()).containsExactly(chosen);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "app           | app",
        "worker,app    | worker,app",
        "' worker , '  | worker",
        "istio-proxy   | istio-proxy"
      })
  void theAnnotationNamesThem(String asked, String chosen) {
    assertThat(choose(asked, "app;worker;istio-proxy").names())
        .containsExactlyElementsOf(Arrays.asList(chosen.split(",")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"appp", "app,nope", "", " , "})
  void anAnnotationWithoutSuchContainersIsRefusedNamingThoseThatExist(String asked) {
    Containers.Choice choice = choose(asked, "app;worker");

    assertThat(choice.names()).isEmpty();
    assertThat(choice.refusal()).map(Refusal::reason).contains(Reason.UNKNOWN_CONTAINER);
    assertThat(choice.refusal().orElseThrow().message()).contains("[app, worker]");
  }

  @Test
  void onlySidecarsAreRefused() {
    assertThat(choose(null, "istio-proxy;fluent-bit").refusal())
        .map(Refusal::reason)
        .contains(Reason.AMBIGUOUS_CONTAINER);
  }

  @Test
  void theDefaultContainerOfKubectlIsTheApplication() {
    assertThat(marked("worker", null).names()).containsExactly("worker");
  }

  @Test
  void aDefaultContainerThatDoesNotExistIsIgnored() {
    assertThat(marked("gone", null).names()).containsExactly("app");
  }

  @Test
  void ourAnnotationWinsOverTheDefaultContainer() {
    assertThat(marked("worker", "app").names()).containsExactly("app");
  }

  private static Containers.Choice marked(String defaultContainer, String asked) {
    PodTemplateSpec template = templateOf("app;worker");
    template
        .getMetadata()
        .setAnnotations(Map.of("kubectl.kubernetes.io/default-container", defaultContainer));
    return choose(asked, template);
  }

  private static Containers.Choice choose(String asked, String containers) {
    return choose(asked, templateOf(containers));
  }

  private static Containers.Choice choose(String asked, PodTemplateSpec template) {
    Map<String, String> annotations = new HashMap<>();
    if (asked != null) {
      annotations.put(Labels.CONTAINERS, asked);
    }
    return Containers.choose(deployment(annotations, template), template, Optional.empty());
  }

  private static PodTemplateSpec templateOf(String containers) {
    return template(
        Arrays.stream(containers.split(";"))
            .map(name -> TestWorkloads.container(name))
            .toArray(Container[]::new));
  }
}
