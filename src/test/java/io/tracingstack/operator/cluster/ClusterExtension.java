package io.tracingstack.operator.cluster;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Gives a class its namespaces, shows what is in them when it fails, and takes them away. */
final class ClusterExtension
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterAllCallback,
        ParameterResolver,
        TestExecutionExceptionHandler,
        LifecycleMethodExecutionExceptionHandler {
  private static final Namespace STORE = Namespace.create(ClusterExtension.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    sandbox(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    System.out.printf(
        "e2e: %s.%s%n", context.getRequiredTestClass().getSimpleName(), context.getDisplayName());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    sandbox(context).close();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Sandbox.class || type == SharedStack.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Sandbox.class
        ? sandbox(context)
        : context
            .getRoot()
            .getStore(STORE)
            .getOrComputeIfAbsent(
                SharedStack.class, type -> SharedStack.start(), SharedStack.class);
  }

  private static Sandbox sandbox(ExtensionContext context) {
    return context
        .getStore(STORE)
        .getOrComputeIfAbsent(
            Sandbox.class, type -> new Sandbox(context.getRequiredTestClass()), Sandbox.class);
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    sandbox(context).print(context.getDisplayName());
    throw failure;
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    sandbox(context).print("before all");
    throw failure;
  }

  @Override
  public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    sandbox(context).print("after " + context.getDisplayName());
    throw failure;
  }
}
