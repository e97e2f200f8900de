package io.tracingstack.operator.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One trace backend, the collector in front of it, and how workloads are instrumented. */
@Group(TracingStack.GROUP)
@Version(TracingStack.VERSION)
@ShortNames("tstack")
@ValidationRule(
    value = "size(self.metadata.name) <= 40",
    message = "metadata.name: at most 40 characters, names of other objects are derived from it")
@ValidationRule(
    value = "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message =
        "metadata.name: lower-case letters, digits and '-', the first one a letter; a Service is"
            + " named after it")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type=='Ready')].status")
@AdditionalPrinterColumn(name = "Backend", jsonPath = ".status.backend")
@AdditionalPrinterColumn(name = "Traced", jsonPath = ".status.traced")
@AdditionalPrinterColumn(name = "Canary", jsonPath = ".status.lastCanary.outcome")
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type=='Ready')].reason",
    priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
public class TracingStack extends CustomResource<TracingStackSpec, TracingStackStatus>
    implements Namespaced {
  public static final String GROUP = "tracingstack.io";
  public static final String VERSION = "v1alpha1";
}
