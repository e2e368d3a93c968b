# shellcheck shell=bash
# What the JVM's process must find in its environment, chosen by measurement; sourced by ./attune for the
# program and for its tests alike. docs/performance.md has the figures.
#
#   ATTUNE_BLAS=mkl|openblas   overrides the choice of the library for fp32 matrix products

attune_blas() {
  if [[ -n "${ATTUNE_BLAS:-}" ]]; then
    echo "$ATTUNE_BLAS"
  elif grep -qs GenuineIntel /proc/cpuinfo; then
    echo mkl
  else
    echo openblas
  fi
}

attune_openblas_core() {
  if grep -qsw avx512f /proc/cpuinfo; then
    echo SkylakeX
  elif grep -qsw avx2 /proc/cpuinfo; then
    echo Haswell
  else
    echo ""
  fi
}

case "$(attune_blas)" in
  mkl)
    # MKL on the OpenMP that libtorch uses: one pool of threads, no fight over the cores.
    export MKL_THREADING_LAYER=GNU
    unset OMP_WAIT_POLICY
    ATTUNE_BLAS_FLAGS="-Dorg.bytedeco.openblas.load=mkl"
    ;;
  openblas)
    # OpenBLAS has threads of its own; OpenMP's must not spin beside them.
    export OMP_WAIT_POLICY=PASSIVE
    core="$(attune_openblas_core)"
    if [[ -n "$core" ]]; then export OPENBLAS_CORETYPE="$core"; fi
    ATTUNE_BLAS_FLAGS=""
    ;;
  *)
    echo "attune: ATTUNE_BLAS is '$ATTUNE_BLAS', expected mkl or openblas" >&2
    exit 2
    ;;
esac
export ATTUNE_BLAS_FLAGS

# A decoder reads all weights for every token: huge pages, where the system gives them on request, make that
# a tenth faster.
if [[ "${1:-}" == generate || "${1:-} ${2:-}" == "bench generate" ]]; then
  export GLIBC_TUNABLES="${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1}"
fi

# Activations come and go with every step. Keeping their pages is a fifth faster than returning each to the
# system; one arena and a limit on what is kept hold the peak down (docs/performance.md).
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-1}"
export MALLOC_MMAP_THRESHOLD_="${MALLOC_MMAP_THRESHOLD_:-4194304}"
export MALLOC_TRIM_THRESHOLD_="${MALLOC_TRIM_THRESHOLD_:-268435456}"
export MALLOC_TOP_PAD_="${MALLOC_TOP_PAD_:-33554432}"
