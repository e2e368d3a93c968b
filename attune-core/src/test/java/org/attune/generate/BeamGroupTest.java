package org.attune.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.attune.generate.BeamGroup.Choice;
import org.junit.jupiter.api.Test;

/** Texts keep the decoder's row that has read them, as long as one goes on from it. */
class BeamGroupTest {
  private static final Stopping NEVER = new Stopping(SpecialIds.NONE, List.of(), Arrays::toString);

  private static BeamGroup begun() {
    BeamGroup group = new BeamGroup(Sequence.of(0, new int[] {9}, 8, 1), 3, Beams.of(3), NEVER);
    group.advance(List.of(new Choice(0, 2, -1), new Choice(0, 3, -2), new Choice(0, 4, -3)));
    return group;
  }

  private static List<String> texts(BeamGroup group) {
    return group.rows().stream().map(Sequence::writtenIds).map(Arrays::toString).toList();
  }

  @Test
  void rowsThatSomethingGoesOnFromStay() {
    BeamGroup group = begun();
    assertThat(texts(group)).containsExactly("[2]", "[3]", "[4]");
    int[] origins =
        group.advance(List.of(new Choice(2, 5, -4), new Choice(2, 6, -5), new Choice(0, 7, -6)));
    assertThat(origins).containsExactly(0, 2, 2); // only the row of the text given up changes
    assertThat(texts(group)).containsExactly("[2, 7]", "[4, 6]", "[4, 5]");
    assertThat(group.seat(0)).isEqualTo(2);
    assertThat(group.score(0)).isEqualTo(-4);
  }

  @Test
  void theNextStepGoesByTheNewRows() {
    BeamGroup group = begun();
    group.advance(List.of(new Choice(2, 5, -4), new Choice(2, 6, -5), new Choice(0, 7, -6)));
    int[] origins =
        group.advance(List.of(new Choice(1, 2, -7), new Choice(0, 3, -8), new Choice(1, 4, -9)));
    assertThat(origins).containsExactly(1, 1, 2); // of beams 1, 0, 1 the rows are 1, 2, 1
    assertThat(texts(group)).containsExactly("[4, 6, 4]", "[4, 6, 2]", "[4, 5, 3]");
  }
}
