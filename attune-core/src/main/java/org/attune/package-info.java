/**
 * The two exceptions every package may throw at a user, and the hint at the name a user may have
 * meant; nothing else. Start reading at {@code org.attune.recipe.Runner}, the way a recipe takes
 * through all the packages below; {@code docs/architecture.md} draws it.
 */
package org.attune;
