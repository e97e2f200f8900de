package io.tracingstack.operator.injection;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.testing.Yaml;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitecturesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                         |                                                  | true",
        "{kubernetes.io/arch: arm64} |                                                 | true",
        "{kubernetes.io/os: linux}  |                                                  | true",
        "{kubernetes.io/arch: s390x} |                                                 | false",
        "{} | [{IS: In, values: [amd64, ppc64le]}]                                     | true",
        "{} | [{IS: In, values: [ppc64le]}]                                            | false",
        "{} | [{IS: NotIn, values: [amd64]}]                                           | true",
        "{} | [{IS: NotIn, values: [amd64, arm64]}]                                    | false",
        "{} | [{IS: Exists}]                                                           | true",
        "{} | [{IS: DoesNotExist}]                                                     | false",
        "{} | [{key: zone, operator: In, values: [a]}]                                 | true",
        "{} | [{IS: In, values: [s390x]}]; [{IS: In, values: [amd64]}]                 | true",
        "{} | [{IS: In, values: [amd64]}, {IS: NotIn, values: [amd64]}]                | false",
        "{kubernetes.io/arch: amd64} | [{IS: In, values: [arm64]}]                     | false"
      })
  void podsMustBeAbleToRunWhereTheInitImageDoes(String selector, String terms, boolean allowed) {
    PodSpec spec =
        Yaml.read(
            """
            nodeSelector: %s
            affinity:
              nodeAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  nodeSelectorTerms: %s
            """
                .formatted(
                    selector,
                    terms == null
                        ? "[]"
                        : "[{matchExpressions: "
                            + terms
                                .replace(";", "}, {matchExpressions: ")
                                .replace("IS:", "key: kubernetes.io/arch, operator:")
                            + "}]"),
            PodSpec.class);

    assertThat(Architectures.check(spec).map(Refusal::reason))
        .isEqualTo(allowed ? Optional.empty() : Optional.of(Reason.UNSUPPORTED_ARCHITECTURE));
  }
}
