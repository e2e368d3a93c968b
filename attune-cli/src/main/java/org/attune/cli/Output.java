package org.attune.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;
import java.util.Map;
import org.attune.metric.Evaluation;
import picocli.CommandLine.Option;

/** How a command shows its result; mixed into every command that has one. */
final class Output {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--json", description = "Print one JSON object on stdout.")
  private boolean json;

  boolean isJson() {
    return json;
  }

  /** Prints the result as JSON, or lets the caller print it for people. */
  void print(Map<String, Object> result, Runnable forPeople) {
    if (json) {
      System.out.println(line(result));
    } else {
      forPeople.run();
    }
  }

  static String line(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A remark for the user, on stderr. */
  static void note(String text) {
    Terminal.line("attune: " + text);
  }

  /** A table of scores with their intervals. */
  static void table(String title, Evaluation evaluation) {
    System.out.printf(Locale.ROOT, "%s (%d examples)%n", title, evaluation.examples());
    evaluation
        .scores()
        .values()
        .forEach(
            score ->
                System.out.printf(
                    Locale.ROOT,
                    "  %-18s %8.4f   [%.4f, %.4f]%n",
                    score.name(),
                    score.value(),
                    score.low(),
                    score.high()));
    evaluation
        .undefined()
        .forEach((name, reason) -> System.out.printf("  %-18s        -   %s%n", name, reason));
  }
}
