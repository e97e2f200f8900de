package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.kubernetes.api.model.ResourceRequirements;

/** The OpenTelemetry Collector of a stack. */
public record CollectorSpec(
    @Pattern("^[a-z0-9]([a-z0-9._:/@-]*[a-z0-9A-Z._-])?$")
        @JsonPropertyDescription(
            "Collector image; needs the contrib or Red Hat component set. Default: the operator's"
                + " RELATED_IMAGE_COLLECTOR.")
        String image,
    @Min(1) @Max(50) @JsonPropertyDescription("Number of collector pods. Default: 1.")
        Integer replicas,
    @JsonPropertyDescription(
            "Resources of the collector container. Default: requests 100m/128Mi, limit 512Mi.")
        ResourceRequirements resources,
    @JsonPropertyDescription(
            "Also print a count of received spans to the collector's log. Default: false.")
        Boolean debug,
    @JsonPropertyDescription(
            "What is taken out of every span before it is stored, counted or printed.")
        RedactionSpec redaction) {}
