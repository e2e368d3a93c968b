package org.attune.recipe;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attune.UsageException;
import org.attune.task.TaskInformation;

/**
 * What is done against forgetting what was learned before.
 *
 * @param method what to do
 * @param lambda strength of the pull of EWC and L2-SP
 * @param decay of the information of older tasks, for EWC online
 * @param fisher whose labels EWC's information is of
 * @param fisherRows examples it is measured on
 * @param buffer rows of each earlier task that rehearsal keeps
 */
record ContinualPart(
    Method method,
    double lambda,
    double decay,
    TaskInformation.Source fisher,
    int fisherRows,
    int buffer) {
  /** The published ways. */
  enum Method {
    /** Nothing: each task is learned as if there were no other. */
    NAIVE,
    /** A pull on the weights that the earlier tasks need; see ElasticWeights. */
    EWC,
    /** The same with old tasks fading. */
    EWC_ONLINE,
    /** An even pull to the weights after the task before. */
    L2_SP,
    /** Some rows of each earlier task are learned again beside the new ones. */
    REHEARSAL;

    String configName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  ContinualPart {
    if (!(lambda >= 0 && Double.isFinite(lambda))) {
      throw new UsageException("continual: lambda is " + lambda + ", expected at least 0");
    }
  }

  static ContinualPart naive() {
    return new ContinualPart(Method.NAIVE, 1000, 0.9, TaskInformation.Source.MODEL, 256, 200);
  }

  static ContinualPart read(Section section) {
    List<String> methods = Arrays.stream(Method.values()).map(Method::configName).toList();
    List<String> sources =
        Arrays.stream(TaskInformation.Source.values())
            .map(TaskInformation.Source::configName)
            .toList();
    ContinualPart part =
        section.locate(
            () ->
                new ContinualPart(
                    Method.valueOf(
                        section
                            .choice("method", "naive", methods)
                            .toUpperCase(Locale.ROOT)
                            .replace('-', '_')),
                    section.number("lambda", 1000, 0, 1e12),
                    section.number("decay", 0.9, 1e-9, 1),
                    TaskInformation.Source.valueOf(
                        section.choice("fisher", "model", sources).toUpperCase(Locale.ROOT)),
                    section.integer("fisher_rows", 256, 1, 1 << 30),
                    section.integer("buffer", 200, 1, 1 << 30)));
    section.finish();
    return part;
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("method", method.configName());
    map.put("lambda", lambda);
    map.put("decay", decay);
    map.put("fisher", fisher.configName());
    map.put("fisher_rows", fisherRows);
    map.put("buffer", buffer);
    return map;
  }
}
