package org.attune.data;

import java.util.Optional;

/**
 * One row of labelled text.
 *
 * @param text what is read
 * @param pair a second text that goes with it
 * @param target the answer
 */
public record Example(String text, Optional<String> pair, Target target) {}
