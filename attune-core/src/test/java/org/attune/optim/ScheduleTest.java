package org.attune.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.attune.UsageException;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  @Test
  void linearEqualsTransformers() {
    assertFactors(Schedule.linear(2), 0, 0.5, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0);
  }

  @Test
  void cosineEqualsTransformers() {
    assertFactors(
        Schedule.cosine(0.2),
        0,
        0.5,
        1,
        0.9619397662556434,
        0.8535533905932737,
        0.6913417161825449,
        0.5,
        0.30865828381745514,
        0.14644660940672627,
        0.03806023374435663,
        0);
  }

  @Test
  void constantEqualsTransformers() {
    assertFactors(Schedule.constant(3), 0, 1 / 3.0, 2 / 3.0, 1, 1, 1, 1, 1, 1, 1, 1);
  }

  private static void assertFactors(Schedule schedule, double... expected) {
    for (int step = 0; step < expected.length; step++) {
      assertThat(schedule.factor(step, 10))
          .as("step %d", step)
          .isCloseTo(expected[step], within(1e-12));
    }
  }

  /** Written by transformers' own schedulers in reference/adamw_trace.py. */
  @Test
  void goldenRunsOfTransformersSchedulers() throws IOException {
    Path file = Path.of("src/test/resources/golden/adamw/schedules.json");
    for (JsonNode run : new ObjectMapper().readTree(file.toFile())) {
      int warmup = run.get("warmup_steps").asInt();
      boolean linear = run.get("schedule").asText().equals("linear");
      Schedule schedule = linear ? Schedule.linear(warmup) : Schedule.cosine(warmup);
      int step = 0;
      for (JsonNode factor : run.get("factors")) {
        assertThat(schedule.factor(step++, run.get("total_steps").asInt()))
            .as("%s, step %d", schedule, step)
            .isCloseTo(factor.asDouble(), within(1e-12));
      }
    }
  }

  @Test
  void aShareOfWarmupIsRoundedUpAndAWholeNumberIsSteps() {
    assertThat(Schedule.linear(0.06).warmupSteps(101)).isEqualTo(7);
    assertThat(Schedule.linear(0).warmupSteps(101)).isZero();
    assertThat(Schedule.linear(1).warmupSteps(101)).isEqualTo(1);
    assertThat(Schedule.linear(40).warmupSteps(101)).isEqualTo(40);
  }

  @Property(seed = "42")
  void everyFactorIsBetweenZeroAndOne(
      @ForAll @IntRange(min = 1, max = 500) int total, @ForAll @IntRange(max = 500) int step) {
    for (Schedule schedule :
        new Schedule[] {Schedule.linear(0.1), Schedule.cosine(0.1), Schedule.constant(0.1)}) {
      assertThat(schedule.factor(step, total)).isBetween(0.0, 1.0);
    }
  }

  @Test
  void refusesAWarmupThatIsNeitherShareNorSteps() {
    assertThatThrownBy(() -> Schedule.linear(1.5))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "schedule: warmup is 1.5, expected a share of the steps in [0, 1) or a whole number of"
                + " steps");
    assertThatThrownBy(() -> Schedule.cosine(-0.1)).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> Schedule.constant(Double.NaN)).isInstanceOf(UsageException.class);
  }

  @Test
  void refusesAWarmupAsLongAsTheRun() {
    assertThatThrownBy(() -> Schedule.linear(500).checkFits(300))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "schedule: warmup is 500 steps but the run has 300; give a share such as 0.06, or more"
                + " epochs");
    assertThatCode(() -> Schedule.linear(0.06).checkFits(2)).doesNotThrowAnyException();
  }
}
