/**
 * Which settings a search tries next, and how long: pure functions of a seed and of the trials so
 * far, so that a search that was stopped goes on as if it had not been. Nothing here trains; {@code
 * org.attune.recipe.SearchRunner} does.
 *
 * <p>Start reading at {@link org.attune.recipe.search.Space}, the settings that may vary, then
 * {@link org.attune.recipe.search.Proposer}, how values are chosen, and {@link
 * org.attune.recipe.search.Halving}, which trials go on.
 */
package org.attune.recipe.search;
