/**
 * What tests of Attune and of its extensions share: {@link org.attune.testkit.Golden}, which reads
 * what the reference stack computed ({@code reference/} makes the files), and the contracts every
 * implementation inherits, beginning with {@link org.attune.testkit.ModuleContract}.
 *
 * <p>May import anything of core but recipe. Core's own tests compile this package once more.
 */
package org.attune.testkit;
