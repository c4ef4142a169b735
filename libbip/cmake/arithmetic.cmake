# BIP_ARITHMETIC: the flags with which every operation on doubles is rounded to a double by itself, so that the same scores
# give the same figures, to the bit, on every machine: what progress/internal.h stands on.
include(CheckCCompilerFlag)
include(CheckCSourceCompiles)

set(BIP_ARITHMETIC "")
# A product and a sum in one rounding, which processors have and x86-64 has only lately: clang takes it by itself.
check_c_compiler_flag(-ffp-contract=off BIP_HAS_FP_CONTRACT)
if(BIP_HAS_FP_CONTRACT)
  list(APPEND BIP_ARITHMETIC -ffp-contract=off)
endif()

# Floating point that was made fast or has the digits of the x87 is told by the compiler's own macros.
set(bip_rounds_each "#include <float.h>
#if (FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 1) || defined __FAST_MATH__
#error
#endif
int main(void) { return 0; }")
check_c_source_compiles("${bip_rounds_each}" BIP_ROUNDS_EACH)
if(NOT BIP_ROUNDS_EACH) # 32-bit x86, whose compilers choose the x87 unless told that there is SSE2 (since 2000)
  set(CMAKE_REQUIRED_FLAGS "-msse2 -mfpmath=sse")
  check_c_source_compiles("${bip_rounds_each}" BIP_ROUNDS_EACH_WITH_SSE2)
  unset(CMAKE_REQUIRED_FLAGS)
  if(NOT BIP_ROUNDS_EACH_WITH_SSE2)
    message(FATAL_ERROR "The statistics need arithmetic that rounds every operation to a double: no -ffast-math, no x87")
  endif()
  list(APPEND BIP_ARITHMETIC -msse2 -mfpmath=sse)
endif()
