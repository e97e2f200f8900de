package io.tracingstack.operator.injection;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.testing.Yaml;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FragmentsTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "more than asked | {containers: [{name: x}, {name: a, image: i, tty: true}]} |"
            + " {containers: [{name: a, image: i}]} | true",
        "other value     | {containers: [{name: a, image: i}]} |"
            + " {containers: [{name: a, image: j}]} | false",
        "missing field   | {containers: [{name: a}]} | {containers: [{name: a, image: j}]} | false",
        "missing item    | {containers: [{name: a}]} | {containers: [{name: b}]} | false",
        "other order     | {volumes: [{name: a}, {name: b}]} | {volumes: [{name: b}, {name: a}]}"
            + " | true",
        "mounts by path  | {containers: [{name: a, volumeMounts: [{name: v, mountPath: /x},"
            + " {name: v, mountPath: /y, readOnly: true}]}]} | {containers: [{name: a,"
            + " volumeMounts: [{name: v, mountPath: /y, readOnly: true}]}]} | true",
        "same quantity   | {containers: [{name: a, resources: {limits: {cpu: 500m}}}]} |"
            + " {containers: [{name: a, resources: {limits: {cpu: '0.5'}}}]} | true",
        "other quantity  | {containers: [{name: a, resources: {limits: {cpu: 500m}}}]} |"
            + " {containers: [{name: a, resources: {limits: {cpu: '0.6'}}}]} | false",
        "size of volume  | {volumes: [{name: a, emptyDir: {sizeLimit: 134217728}}]} |"
            + " {volumes: [{name: a, emptyDir: {sizeLimit: 128Mi}}]} | true",
        "text is text    | {containers: [{name: a, env: [{name: E, value: '1000m'}]}]} |"
            + " {containers: [{name: a, env: [{name: E, value: '1'}]}]} | false",
        "plain list      | {containers: [{name: a, args: [x, y]}]} |"
            + " {containers: [{name: a, args: [y]}]} | true"
      })
  void theWholeContainsWhatItSaysAtLeast(
      String name, String live, String fragment, boolean contains) {
    assertThat(Fragments.contains(template(live), template(fragment))).isEqualTo(contains);
  }

  private static PodTemplateSpec template(String spec) {
    return Yaml.read("spec: " + spec, PodTemplateSpec.class);
  }
}
