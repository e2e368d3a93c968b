package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ModelCardTest {
  private static ModelCard card(String base, String dataset, List<String> labels) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("accuracy", 0.91234);
    metrics.put("f1_macro", 0.9);
    return new ModelCard(
        "reviews",
        base,
        "text-classification",
        dataset,
        labels,
        metrics,
        Optional.of(new ModelCard.Measured("the test set", dataset.replace(".csv", "-test.csv"))),
        Map.of("epochs", "3"));
  }

  private static JsonNode head(ModelCard card) throws Exception {
    String page = card.render();
    return new YAMLMapper().readTree(page.substring("---".length(), page.indexOf("\n---\n")));
  }

  @Test
  void thePage() {
    assertThat(card("builtin:all-minilm-l6-v2", "reviews.csv", List.of("bad", "good")).render())
        .isEqualTo(
            """
            ---
            library_name: attune
            base_model: "sentence-transformers/all-MiniLM-L6-v2"
            pipeline_tag: text-classification
            tags:
            - attune
            metrics:
            - "accuracy"
            - "f1_macro"
            model-index:
            - name: "reviews"
              results:
              - task:
                  type: text-classification
                dataset:
                  name: "the test set of reviews-test.csv"
                  type: "reviews-test.csv"
                metrics:
                - type: "accuracy"
                  value: 0.9123
                - type: "f1_macro"
                  value: 0.9000
            ---

            # reviews

            Fine-tuned from `builtin:all-minilm-l6-v2` on `reviews.csv` with Attune.

            ## Labels

            `bad`, `good`

            ## Results on the test set of reviews-test.csv

            | metric | value |
            |---|---|
            | accuracy | 0.9123 |
            | f1_macro | 0.9000 |

            ## Training

            | setting | value |
            |---|---|
            | epochs | 3 |

            `run.json` beside this page repeats the run: `attune train run.json`.
            """);
  }

  /** The Hub refuses a head with a path where it expects a name. */
  @Test
  void onlyHubNamesGetIntoTheHead() throws Exception {
    assertThat(head(card("google-bert/bert-base-uncased@main", "x", List.of())).path("base_model"))
        .hasToString("\"google-bert/bert-base-uncased\"");
    for (String path : List.of("/models/bert", "../bert", "bert", "src/main", "a/b/c")) {
      assertThat(head(card(path, "x", List.of())).has("base_model")).as(path).isFalse();
    }
  }

  @Test
  void namesFromDataCannotBreakThePage() throws Exception {
    ModelCard card =
        card("x\"\n---\ny: 1", "a\\\"b\nc: d", List.of("one`|two", "\u2028three\r\nfour"));
    JsonNode head = head(card);
    assertThat(head.properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("library_name", "pipeline_tag", "tags", "metrics", "model-index");
    assertThat(head.at("/model-index/0/results/0/dataset/type").asText()).isEqualTo("a\\\"b c: d");
    assertThat(card.render()).contains("\n`one'|two`, ` three four`\n");
  }

  @Test
  void manyLabelsAreCutShort() {
    List<String> labels = IntStream.range(0, 77).mapToObj(Integer::toString).toList();
    assertThat(card("bert", "x", labels).render())
        .contains("`29`, .. (77)\n")
        .doesNotContain("`30`");
  }

  @Test
  void withoutMetricsThereAreNoResults() throws Exception {
    ModelCard card =
        new ModelCard(
            "t", "b", "feature-extraction", "d", List.of(), Map.of(), Optional.empty(), Map.of());
    assertThat(head(card).has("model-index")).isFalse();
    assertThat(card.render()).doesNotContain("Results").doesNotContain("Labels");
  }
}
