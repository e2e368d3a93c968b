package org.attune.models.t5;

import static org.assertj.core.api.Assertions.assertThat;

import org.attune.checkpoint.ConfigJson;
import org.attune.testkit.Golden;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every distance falls into the bucket that the reference puts it in. */
class T5PositionBiasTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "32_128_both",
        "32_128_past",
        "12_20_both",
        "12_20_past",
        "64_300_both",
        "64_300_past",
        "9_17_both",
        "9_17_past"
      })
  void bucketsEqualTheReference(String table) {
    Golden golden = Golden.read("t5_buckets");
    int first = golden.values().get("first_distance").asInt();
    long[] expected = golden.find(table).orElseThrow().toLongs();
    String[] parts = table.split("_", -1);
    T5PositionBias bias = new T5PositionBias(config(parts[0], parts[1]), parts[2].equals("both"));
    for (int i = 0; i < expected.length; i++) {
      assertThat((long) bias.bucket(first + i)).as("distance %d", first + i).isEqualTo(expected[i]);
    }
  }

  private static T5Config config(String buckets, String maxDistance) {
    return T5Config.of(
        ConfigJson.parse("{\"vocab_size\": 9, \"d_model\": 4, \"d_ff\": 6, \"num_heads\": 2}")
            .with("relative_attention_num_buckets", Integer.parseInt(buckets))
            .with("relative_attention_max_distance", Integer.parseInt(maxDistance)));
  }
}
