package io.tracingstack.operator.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** The journey of one labelled workload; written by the operator, read by its team. */
@Group(TracingStack.GROUP)
@Version(TracingStack.VERSION)
@ShortNames("tw")
@AdditionalPrinterColumn(name = "Workload", jsonPath = ".spec.workload.name")
@AdditionalPrinterColumn(name = "Language", jsonPath = ".spec.language")
@AdditionalPrinterColumn(name = "State", jsonPath = ".status.state")
@AdditionalPrinterColumn(name = "Agent", jsonPath = ".status.agent.version")
@AdditionalPrinterColumn(
    name = "Last-Span",
    jsonPath = ".status.proof.lastSpan",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "Trace", jsonPath = ".status.proof.traceId", priority = 1)
@AdditionalPrinterColumn(name = "Message", jsonPath = ".status.message", priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
public class TracedWorkload extends CustomResource<TracedWorkloadSpec, TracedWorkloadStatus>
    implements Namespaced {}
