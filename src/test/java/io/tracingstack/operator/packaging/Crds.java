package io.tracingstack.operator.packaging;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Generates the CustomResourceDefinitions from the API classes. */
final class Crds {
  private Crds() {}

  /** File name to content. */
  static Map<String, String> generate() {
    try {
      Path directory = Files.createTempDirectory("crds");
      Map<String, String> files = new LinkedHashMap<>();
      new CRDGenerator()
          .customResourceClasses(TracingStack.class, TracedWorkload.class)
          .inOutputDir(directory.toFile())
          .generate();
      for (Class<? extends HasMetadata> kind : List.of(TracingStack.class, TracedWorkload.class)) {
        String name = HasMetadata.getFullResourceName(kind);
        CustomResourceDefinition crd =
            Serialization.unmarshal(
                Files.readString(directory.resolve(name + "-v1.yml")),
                CustomResourceDefinition.class);
        files.put(
            name + ".yaml",
            Serialization.asYaml(orderColumns(describeQuantities(describeConditions(crd)), kind)));
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Annotations cannot say that conditions are a map by their type, nor what one must have. */
  private static CustomResourceDefinition describeConditions(CustomResourceDefinition crd) {
    JSONSchemaProps conditions =
        crd.getSpec()
            .getVersions()
            .get(0)
            .getSchema()
            .getOpenAPIV3Schema()
            .getProperties()
            .get("status")
            .getProperties()
            .get("conditions");
    conditions.setXKubernetesListType("map");
    conditions.setXKubernetesListMapKeys(List.of("type"));
    conditions.getItems().getSchema().setRequired(List.of("type", "status", "reason"));
    return crd;
  }

  /** As Kubernetes' own generator writes it; an object that cannot be read would end the watch. */
  private static final String QUANTITY =
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]"
          + "|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$";

  private static CustomResourceDefinition describeQuantities(CustomResourceDefinition crd) {
    describeQuantities(crd.getSpec().getVersions().get(0).getSchema().getOpenAPIV3Schema());
    return crd;
  }

  private static void describeQuantities(JSONSchemaProps schema) {
    if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
      schema.setPattern(QUANTITY);
    }
    if (schema.getAdditionalProperties() != null
        && schema.getAdditionalProperties().getSchema() != null) {
      describeQuantities(schema.getAdditionalProperties().getSchema());
    }
    if (schema.getProperties() != null) {
      schema.getProperties().values().forEach(Crds::describeQuantities);
    }
  }

  /**
   * The generator sorts columns by their paths; users read them in the order of the annotations.
   */
  private static CustomResourceDefinition orderColumns(
      CustomResourceDefinition crd, Class<?> kind) {
    List<String> order =
        Stream.of(kind.getAnnotationsByType(AdditionalPrinterColumn.class))
            .map(AdditionalPrinterColumn::name)
            .toList();
    crd.getSpec()
        .getVersions()
        .get(0)
        .getAdditionalPrinterColumns()
        .sort(Comparator.comparingInt(column -> order.indexOf(column.getName())));
    return crd;
  }
}
