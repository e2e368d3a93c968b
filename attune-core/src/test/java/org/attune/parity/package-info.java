/**
 * Attune against the reference stack, across packages: training traces from golden files ({@code
 * *GoldenTest}), and live runs of both sides on the built-in model and real data ({@code
 * *LiveTest}, which need {@code ATTUNE_PYTHON} and some {@code ATTUNE_SHARED}; see
 * reference/README.md).
 */
package org.attune.parity;
