package org.attune.text;

/** transformers' {@code clean_up_tokenization}: English punctuation without the space before it. */
final class CleanUp {
  private static final String[][] REPLACEMENTS = {
    {" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"},
    {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
  };

  private CleanUp() {}

  static String of(String text) {
    String clean = text;
    for (String[] replacement : REPLACEMENTS) {
      clean = clean.replace(replacement[0], replacement[1]);
    }
    return clean;
  }
}
