/* What the tests of pictures share: what was drawn, whether it is well-formed, searching in it. */
#ifndef PICTURE_FIXTURE_H
#define PICTURE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/out.h"
#include "base/text.h"
#include "bip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bip__out drawn;

static inline int picture_refuse(void *ctx, const char *bytes, size_t n)
{
    (void)ctx;
    (void)bytes;
    (void)n;
    return 1;
}

static inline int picture_tear_down(void **state)
{
    (void)state;
    bip__out_free(&drawn);
    return 0;
}

static inline const char *picture_text(void)
{
    bip__out_char(&drawn, '\0');
    assert_int_equal(drawn.status, BIP_OK);
    return drawn.data;
}

/* Behind a tag's name: its attributes, each in quotes, and its end. Gives what stands behind '>'. */
static inline const char *picture_tag_end(const char *p, int *closed)
{
    for (*closed = 0; *p != '>'; p++) {
        assert_true(*p != '\0' && *p != '<');
        if (*p == '"') {
            p = strchr(p + 1, '"');
            assert_non_null(p);
        }
        *closed = *p == '/';
    }
    return p + 1;
}

static inline void picture_assert_entity(const char *p)
{
    static const char *const known[] = {"&lt;", "&gt;", "&amp;", "&quot;"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(p, known[i], strlen(known[i])) == 0)
            return;
    fail_msg("not an entity: %.12s", p);
}

/* Valid UTF-8 without controls, tags in pairs, entities known: one element with all the rest inside. */
static inline void picture_assert_well_formed(const char *xml)
{
    const char *open[32];
    size_t depth = 0, elements = 0;
    int closed;

    assert_int_equal(bip__utf8_valid(xml, strlen(xml)), strlen(xml));
    for (const char *p = xml; *p != '\0';) {
        assert_true((unsigned char)*p >= 0x20 || *p == '\n');
        if (*p == '&')
            picture_assert_entity(p);
        if (*p++ != '<')
            continue;
        if (*p == '/') {
            size_t n = strcspn(p + 1, ">");
            assert_true(depth > 0);
            depth--;
            assert_memory_equal(open[depth], p + 1, n);
            p += n + 2;
            continue;
        }
        assert_true(depth > 0 || elements == 0);
        assert_true(depth < sizeof open / sizeof *open);
        elements++;
        open[depth] = p;
        p = picture_tag_end(p, &closed);
        depth += closed ? 0 : 1;
    }
    assert_int_equal(depth, 0);
    assert_true(elements > 3);
}

static inline size_t picture_count(const char *text, const char *part)
{
    size_t n = 0;

    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        n++;
    return n;
}

/* How many commands of a kind the first path behind `mark` has. */
static inline size_t picture_commands(const char *svg, const char *mark, char command)
{
    const char *at = strstr(svg, mark);
    size_t n = 0;

    assert_non_null(at);
    at = strstr(at, " d=\"");
    assert_non_null(at);
    for (at += 4; *at != '"'; at++)
        n += *at == command;
    return n;
}

#endif
