package org.attune.generate;

import java.util.TreeSet;
import org.attune.UsageException;

/** The token ids that settings name. */
final class NamedTokens {
  private NamedTokens() {}

  /**
   * Ids beyond the vocabulary would be written to memory that is not theirs.
   *
   * @throws UsageException naming the first such id
   */
  static void check(GenerationConfig config, int vocabulary) {
    TreeSet<Integer> ids = new TreeSet<>(config.ids().eosTokenId());
    Constraints constraints = config.constraints();
    constraints.badWordsIds().forEach(ids::addAll);
    ids.addAll(constraints.suppressTokens());
    ids.addAll(constraints.beginSuppressTokens());
    ids.addAll(constraints.forcedEosTokenId());
    constraints.forcedBosTokenId().ifPresent(ids::add);
    config.ids().decoderStartTokenId().ifPresent(ids::add);
    config.ids().padTokenId().ifPresent(ids::add);
    for (int id : ids) {
      if (id < 0 || id >= vocabulary) {
        throw new UsageException(
            "generate: the settings name token "
                + id
                + ", the vocabulary has 0 to "
                + (vocabulary - 1));
      }
    }
  }
}
