package org.attune.text.jinja;

/**
 * What a name or key without a value gives: empty when printed, false, and a failure to all else.
 *
 * @param message what that failure says
 */
record Undefined(String message) {
  JinjaException failure() {
    return new JinjaException(message);
  }
}
