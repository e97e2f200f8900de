package io.tracingstack.operator.injection;

import static io.tracingstack.operator.injection.OptionVariable.JAVA_TOOL_OPTIONS;
import static io.tracingstack.operator.injection.OptionVariable.JDK_JAVA_OPTIONS;
import static io.tracingstack.operator.testing.TestWorkloads.container;
import static io.tracingstack.operator.testing.TestWorkloads.env;
import static io.tracingstack.operator.testing.TestWorkloads.envFromSecret;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OptionVariableTest {
  private static final EnvFromNames SECRET = new EnvFromNames(Map.of(), Set.of("app"));

  static Stream<Arguments> cases() {
    EnvVar tool = env("JAVA_TOOL_OPTIONS", "-Xmx1g");
    EnvVar toolFrom = envFromSecret("JAVA_TOOL_OPTIONS");
    EnvVar launcher = env("JDK_JAVA_OPTIONS", "-Xmx1g");
    return Stream.of(
        Arguments.of("both free", has(), EnvFromNames.NONE, JAVA_TOOL_OPTIONS),
        Arguments.of("literal", has(tool), EnvFromNames.NONE, JDK_JAVA_OPTIONS),
        Arguments.of("valueFrom", has(toolFrom), EnvFromNames.NONE, JDK_JAVA_OPTIONS),
        Arguments.of("launcher's", has(launcher), EnvFromNames.NONE, JAVA_TOOL_OPTIONS),
        Arguments.of("from map", has(), configMap("JAVA_TOOL_OPTIONS"), JDK_JAVA_OPTIONS),
        Arguments.of(
            "launcher's from map", has(), configMap("JDK_JAVA_OPTIONS"), JAVA_TOOL_OPTIONS),
        Arguments.of("a secret may hide it", has(), SECRET, JDK_JAVA_OPTIONS),
        Arguments.of("secret, launcher's taken", has(launcher), SECRET, JAVA_TOOL_OPTIONS),
        Arguments.of("both taken", has(tool, launcher), EnvFromNames.NONE, null),
        Arguments.of("taken in two ways", has(tool), configMap("JDK_JAVA_OPTIONS"), null));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void aNameThatTheUserHasIsNeverTakenOver(
      String name, EnvVar[] env, EnvFromNames envFrom, OptionVariable expected) {
    OptionVariable.Choice choice = OptionVariable.choose(container("app", env), envFrom, false);

    if (expected == null) {
      assertThat(choice.variable()).isEmpty();
      assertThat(choice.refusal()).map(Refusal::reason).contains(Reason.TOOL_OPTIONS_TAKEN);
    } else {
      assertThat(choice.variable()).contains(expected);
      assertThat(choice.refusal()).isEmpty();
    }
  }

  @Test
  void aLiteralIsTakenOverAtItsUsersRequest() {
    EnvVar literal = env("JAVA_TOOL_OPTIONS", "-Xmx1g");

    OptionVariable.Choice choice =
        OptionVariable.choose(container("app", literal), EnvFromNames.NONE, true);

    assertThat(choice.variable()).contains(JAVA_TOOL_OPTIONS);
    assertThat(choice.takenOver()).contains(literal);
  }

  @Test
  void whatIsNoLiteralIsNotTakenOver() {
    OptionVariable.Choice choice =
        OptionVariable.choose(
            container("app", envFromSecret("JAVA_TOOL_OPTIONS")), EnvFromNames.NONE, true);

    assertThat(choice.variable()).contains(JDK_JAVA_OPTIONS);
    assertThat(choice.takenOver()).isEmpty();
  }

  private static EnvVar[] has(EnvVar... variables) {
    return variables;
  }

  private static EnvFromNames configMap(String name) {
    return new EnvFromNames(Map.of("app", Set.of(name), "other", Set.of()), Set.of());
  }
}
