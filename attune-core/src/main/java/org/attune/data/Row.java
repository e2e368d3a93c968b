package org.attune.data;

import java.util.Optional;

/**
 * One row as a reader found it, before labels have numbers.
 *
 * @param where file and line or row, for messages
 * @param text value of the text column, null when the field is empty
 * @param pair of the second text column
 * @param answer of the label or score column
 */
record Row(String where, String text, Optional<String> pair, Optional<String> answer) {}
