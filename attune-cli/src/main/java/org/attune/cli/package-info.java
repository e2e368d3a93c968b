/**
 * The {@code attune} command: one class a command, registered in {@link org.attune.cli.Attune}.
 *
 * <p>Results go to stdout, progress and remarks to stderr; {@code --json} prints one JSON object.
 * Exit codes: 0 done, 1 failed, 2 the command or recipe is wrong. {@link org.attune.cli.Main} turns
 * exceptions into one line each.
 */
package org.attune.cli;
