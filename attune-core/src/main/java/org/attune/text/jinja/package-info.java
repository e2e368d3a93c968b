/**
 * The Jinja language as transformers renders chat templates with it: Jinja2 3.1's expressions and
 * statements with Python's values, {@code trim_blocks} and {@code lstrip_blocks}, loop controls and
 * {@code {% generation %}}. No includes, no imports, no access to Java: a template sees the values
 * it is given and nothing else, and is stopped when it works or writes too much.
 *
 * <p>Start with {@link org.attune.text.jinja.JinjaTemplate}. A template is read by {@code Lexer},
 * {@code ExpressionParser} and {@code StatementParser} into functions of a {@code Scope}; {@code
 * Values}, {@code Operators}, {@code Attributes}, {@code Filters} and {@code Tests} are Python's
 * behaviour. Values are Java's null, Boolean, Long, Double, String, List and Map, where {@code
 * Tuple} is a List that prints as Python's tuple.
 */
package org.attune.text.jinja;
