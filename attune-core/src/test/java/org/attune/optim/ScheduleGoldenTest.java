package org.attune.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import org.attune.testkit.Golden;
import org.junit.jupiter.api.Test;

/** Every factor of transformers' schedules over whole runs (reference/adamw_trace.py). */
class ScheduleGoldenTest {
  @Test
  void factorsAreThoseOfTransformers() {
    JsonNode runs = Golden.json(Golden.folder("adamw").resolve("schedules.json"));
    assertThat(runs).hasSize(8);
    for (JsonNode run : runs) {
      int warmup = run.get("warmup_steps").asInt();
      Schedule schedule =
          run.get("schedule").asText().equals("linear")
              ? Schedule.linear(warmup)
              : Schedule.cosine(warmup);
      int total = run.get("total_steps").asInt();
      for (int step = 0; step < total; step++) {
        assertThat(schedule.factor(step, total))
            .as("%s, step %d of %d", schedule, step, total)
            .isCloseTo(run.get("factors").get(step).asDouble(), within(1e-12));
      }
    }
  }
}
