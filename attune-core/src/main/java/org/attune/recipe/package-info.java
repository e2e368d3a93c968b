/**
 * From a YAML file to a trained model: the one place that knows everything else.
 *
 * <p>{@link org.attune.recipe.Recipe} is what a recipe says, as records; {@link
 * org.attune.recipe.RecipeReader} reads it, with the line of every mistake; {@link
 * org.attune.recipe.Runner} does it, from top to bottom. Language modelling has three of its own,
 * beginning with {@code LanguageRecipe}, jobs of several tasks those beginning with {@code
 * TasksRecipe}; {@link org.attune.recipe.Job} reads any. A finished run leaves {@code run.json},
 * which is a recipe too: running it repeats the run. Only the command line imports this package.
 */
package org.attune.recipe;
