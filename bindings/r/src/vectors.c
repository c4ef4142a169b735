/* Large columns as R's vectors. Copying them into vectors of R's own would cost as much again as writing them did: they
 * stay where they were written, by what R calls ALTREP, and go with the vector. */
#ifdef __linux__
#define _GNU_SOURCE /* mremap() */
#include <sys/mman.h>
#endif

#include "bip_r.h"

#include <R_ext/Altrep.h>

#include <stdlib.h>
#include <string.h>

static R_altrep_class_t large_logical, large_int, large_double; /* set once, when the package is loaded */
static size_t held;                                             /* bytes of such vectors that R has */

/* ------------------------------------------------------------ memory that grows */

#ifdef __linux__
/* Written for the first time, an ordinary page costs a fault for every 4 KiB, as much as all the writing; huge ones are
 * for who asks and for whole ones. Pages move without being copied. */
static void *large_memory(void *old, size_t had, size_t size)
{
    void *more = had >= BIPR_LARGE ? mremap(old, had, size, MREMAP_MAYMOVE)
                                   : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (more == MAP_FAILED)
        return NULL;
    (void)madvise(more, size, MADV_HUGEPAGE); /* a wish: where there are none, nothing is lost */
    if (had > 0 && had < BIPR_LARGE) {
        memcpy(more, old, had);
        free(old);
    }
    return more;
}

static void free_large(void *memory, size_t size)
{
    munmap(memory, size);
}
#else
static void *large_memory(void *old, size_t had, size_t size)
{
    (void)had;
    return realloc(old, size);
}

static void free_large(void *memory, size_t size)
{
    (void)size;
    free(memory);
}
#endif

void *bipr_grow(void *memory, size_t had, size_t size)
{
    return size >= BIPR_LARGE ? large_memory(memory, had, size) : realloc(memory, size);
}

void bipr_free(void *memory, size_t size)
{
    if (memory != NULL && size >= BIPR_LARGE)
        free_large(memory, size);
    else
        free(memory);
}

void bipr_unpack(int *restrict out, const unsigned char *restrict bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = bipr_unpacked(bytes[i]);
}

void bipr_unpack_doubles(double *restrict out, const unsigned char *restrict bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = bipr_unpacked_double(bytes[i]);
}

/* ------------------------------------------------------------ what R asks of such a vector */

/* data1: the memory, whose tag is its size in bytes. data2: how many values, and whether they stand in bytes. */
static R_xlen_t length_of(SEXP x)
{
    return INTEGER(R_altrep_data2(x))[0];
}

static int is_narrow(SEXP x)
{
    return INTEGER(R_altrep_data2(x))[1];
}

static void *memory_of(SEXP x)
{
    return R_ExternalPtrAddr(R_altrep_data1(x));
}

static size_t size_of_value(SEXP x)
{
    return TYPEOF(x) == REALSXP ? sizeof(double) : sizeof(int);
}

/* Who wants an address gets plain numbers, and they stay. */
static void widen(SEXP x)
{
    double *size = REAL(R_ExternalPtrTag(R_altrep_data1(x)));
    size_t n = (size_t)length_of(x), more = n * size_of_value(x);
    void *wide = bipr_grow(NULL, 0, more);
    if (wide == NULL)
        Rf_error("%s", bip_status_text(BIP_E_NOMEM)); /* nothing is held here that a jump could lose */
    if (TYPEOF(x) == REALSXP)
        bipr_unpack_doubles(wide, memory_of(x), n);
    else
        bipr_unpack(wide, memory_of(x), n);
    bipr_free(memory_of(x), (size_t)*size);
    R_SetExternalPtrAddr(R_altrep_data1(x), wide);
    held += more - (size_t)*size;
    *size = (double)more;
    INTEGER(R_altrep_data2(x))[1] = 0;
}

static void *values_of(SEXP x, Rboolean writable)
{
    (void)writable; /* nobody else has it */
    if (is_narrow(x))
        widen(x);
    return memory_of(x);
}

static const void *values_at_once(SEXP x)
{
    return is_narrow(x) ? NULL : memory_of(x);
}

static int int_at(SEXP x, R_xlen_t i)
{
    const void *values = memory_of(x);
    return is_narrow(x) ? bipr_unpacked(((const unsigned char *)values)[i]) : ((const int *)values)[i];
}

static double double_at(SEXP x, R_xlen_t i)
{
    const void *values = memory_of(x);
    return is_narrow(x) ? bipr_unpacked_double(((const unsigned char *)values)[i]) : ((const double *)values)[i];
}

static R_xlen_t some_from(SEXP x, R_xlen_t first, R_xlen_t n)
{
    R_xlen_t left = length_of(x) - first;
    return left < n ? left : n;
}

static R_xlen_t ints_from(SEXP x, R_xlen_t first, R_xlen_t n, int *out)
{
    R_xlen_t some = some_from(x, first, n);
    if (is_narrow(x))
        bipr_unpack(out, (const unsigned char *)memory_of(x) + first, (size_t)some);
    else
        memcpy(out, (const int *)memory_of(x) + first, (size_t)some * sizeof *out);
    return some;
}

static R_xlen_t doubles_from(SEXP x, R_xlen_t first, R_xlen_t n, double *out)
{
    R_xlen_t some = some_from(x, first, n);
    if (is_narrow(x))
        bipr_unpack_doubles(out, (const unsigned char *)memory_of(x) + first, (size_t)some);
    else
        memcpy(out, (const double *)memory_of(x) + first, (size_t)some * sizeof *out);
    return some;
}

static R_altrep_class_t with_methods(R_altrep_class_t class)
{
    R_set_altrep_Length_method(class, length_of);
    R_set_altvec_Dataptr_method(class, values_of);
    R_set_altvec_Dataptr_or_null_method(class, values_at_once);
    return class;
}

void bipr_vectors_init(DllInfo *dll)
{
    large_logical = with_methods(R_make_altlogical_class("large_logical", "bip", dll));
    large_int = with_methods(R_make_altinteger_class("large_integer", "bip", dll));
    R_set_altlogical_Elt_method(large_logical, int_at);
    R_set_altlogical_Get_region_method(large_logical, ints_from);
    R_set_altinteger_Elt_method(large_int, int_at);
    R_set_altinteger_Get_region_method(large_int, ints_from);
    large_double = with_methods(R_make_altreal_class("large_double", "bip", dll));
    R_set_altreal_Elt_method(large_double, double_at);
    R_set_altreal_Get_region_method(large_double, doubles_from);
}

/* ------------------------------------------------------------ columns into vectors */

static SEXP copied(SEXPTYPE type, const void *values, size_t n, int narrow)
{
    SEXP x = Rf_allocVector(type, (R_xlen_t)n);
    if (n == 0) /* REAL() of an empty vector is no place to write to */
        return x;
    if (narrow && type == REALSXP)
        bipr_unpack_doubles(REAL(x), values, n);
    else if (narrow)
        bipr_unpack(type == LGLSXP ? LOGICAL(x) : INTEGER(x), values, n);
    else if (type == REALSXP)
        memcpy(REAL(x), values, n * sizeof(double));
    else
        memcpy(type == LGLSXP ? LOGICAL(x) : INTEGER(x), values, n * sizeof(int));
    return x;
}

/* Its size stands beside the memory: more than the vector's, but what was never written takes no memory. */
static void collect(SEXP memory)
{
    size_t size = (size_t)REAL(R_ExternalPtrTag(memory))[0];
    bipr_free(R_ExternalPtrAddr(memory), size);
    R_ClearExternalPtr(memory);
    held -= size;
}

SEXP bipr_vector(SEXPTYPE type, size_t n, void **values, size_t size, int narrow)
{
    if (size < BIPR_LARGE)
        return copied(type, *values, n, narrow);
    SEXP shape = PROTECT(Rf_allocVector(INTSXP, 2)), bytes = PROTECT(Rf_ScalarReal((double)size));
    SEXP memory = PROTECT(R_MakeExternalPtr(NULL, bytes, R_NilValue));
    SEXP x = R_new_altrep(type == REALSXP ? large_double : type == LGLSXP ? large_logical : large_int, memory, shape);
    PROTECT(x);
    INTEGER(shape)[0] = (int)n;
    INTEGER(shape)[1] = narrow;
    R_RegisterCFinalizer(memory, collect); /* the last that R could lack memory for */
    R_SetExternalPtrAddr(memory, *values);
    *values = NULL;
    held += size;
    UNPROTECT(4);
    return x;
}

/* R doesn't count this memory: without being asked, it would not look for what of it nobody has any more. */
void bipr_collect_large(size_t rows)
{
    if (held > 0 && rows * sizeof(double) >= BIPR_LARGE)
        R_gc();
}
