#include "model/score.h"

#include "base/bytes.h"
#include "base/number.h"

#include <math.h>
#include <string.h>

/* By bip_answer; what has no word is written otherwise. */
static const char *const words[] = {NULL, NULL, "declined", "dont_know", "not_applicable"};
#define N_WORDS ((int32_t)(sizeof words / sizeof *words))

const char *bip__answer_word(int32_t answer)
{
    return answer >= 0 && answer < N_WORDS ? words[answer] : NULL;
}

int32_t bip__answer_read(const char *s, size_t n)
{
    for (int32_t i = BIP_DECLINED; i < N_WORDS; i++)
        if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0)
            return i;
    return -1;
}

void bip__scores_print(bip__out *o, const bip_score *scores, size_t n)
{
    bip__out_char(o, '[');
    for (size_t i = 0; i < n; i++) {
        const char *word = bip__answer_word(scores[i].answer);
        if (i > 0)
            bip__out_char(o, ',');
        if (word)
            bip__out_json_text(o, word);
        else if (scores[i].answer == BIP_NUMBER)
            bip__out_number(o, scores[i].number);
        else
            bip__out_text(o, "null");
    }
    bip__out_char(o, ']');
}

/* Digits with or without a point, at most 15 of them: the quotient of two exact doubles is the nearest one, and so few
 * digits are always the shortest that read back equal. Gives false for all else, which then takes the slow way. */
static bool parse_plain(const char *s, size_t n, double *out)
{
    static const double tens[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const size_t sign = n > 0 && s[0] == '-';
    size_t point = n;
    int64_t v = 0;

    if (n - sign < 1 || n - sign > 15)
        return false;
    for (size_t i = sign; i < n; i++) {
        if (s[i] == '.' && point == n)
            point = i;
        else if (s[i] >= '0' && s[i] <= '9')
            v = v * 10 + (s[i] - '0');
        else
            return false;
    }
    const size_t whole = point - sign, decimals = point < n ? n - point - 1 : 0;
    const bool zeros = whole > 1 && s[sign] == '0';                                                 /* 03 */
    const bool trailing = point < n && (decimals == 0 || s[n - 1] == '0');                          /* 3. or 3.0 */
    const bool tiny = v == 0 ? sign || point < n : whole == 1 && (double)v / tens[decimals] < 1e-6; /* -0, 1e-7 */
    if (whole == 0 || zeros || trailing || tiny)
        return false;
    *out = (double)(sign ? -v : v) / tens[decimals];
    return true;
}

/* Only the form that is printed: two texts for one number would be two contents for one hash. */
static bool parse_exact(const char *s, size_t n, double *out)
{
    char again[BIP_NUMBER_SIZE];

    return bip__number_parse_json(s, n, out) && bip__number_print(*out, again) == n && memcmp(s, again, n) == 0;
}

static bool parse_one(const char *s, size_t n, bip_score *score)
{
    *score = (bip_score){.number = NAN, .answer = BIP_NOT_ASKED};
    if (n == 4 && memcmp(s, "null", 4) == 0)
        return true;
    if (n > 2 && s[0] == '"' && s[n - 1] == '"') {
        score->answer = bip__answer_read(s + 1, n - 2);
        return score->answer >= 0;
    }
    score->answer = BIP_NUMBER;
    return parse_plain(s, n, &score->number) || parse_exact(s, n, &score->number);
}

#define FOUR_DIGITS UINT64_C(0x2c302c302c302c30) /* eight bytes: 0,0,0,0, */
#define LAST_DIGITS UINT64_C(0x5d302c302c302c30) /* 0,0,0,0] */

/* Whether eight bytes are of that form, each 0 any digit. */
static bool is_of_form(const char *s, uint64_t form)
{
    uint64_t x = bip__load_8(s) ^ form;

    /* Left are digits below 10, so that adding 118 doesn't reach their highest bit, and nothing of what stands
     * between. */
    x |= x + UINT64_C(0x0076007600760076);
    return (x & UINT64_C(0xff80ff80ff80ff80)) == 0;
}

/* Most assessments hold digits only: n of them take 2 n + 1 bytes. Fewer than four are told so by nobody. */
static bool is_digits(const char *s, size_t len, size_t n)
{
    bool fits = n >= 4 && len == 2 * n + 1 && s[0] == '[' && is_of_form(s + len - 8, LAST_DIGITS);

    for (size_t i = 0; fits && i + 4 < n; i += 4)
        fits = is_of_form(s + 2 * i + 1, FOUR_DIGITS);
    return fits;
}

/* Up to what closes the score; NULL where it doesn't hold. A digit has a byte behind it: the array ends with its
 * bracket. */
static const char *parse_next(const char *at, const char *end, char closing, bip_score *score)
{
    const char *stop = at;

    if (at < end && (unsigned char)(*at - '0') <= 9 && at[1] == closing) {
        *score = (bip_score){.number = *at - '0', .answer = BIP_NUMBER};
        return at + 1;
    }
    while (stop < end && *stop != closing && *stop != ',')
        stop++;
    return stop < end && *stop == closing && parse_one(at, (size_t)(stop - at), score) ? stop : NULL;
}

/* Any array: `spans` NULL where only the scores are wanted. */
static bool read_array(const char *s, size_t len, bip_score *scores, bip__score_span *spans, size_t n)
{
    const char *at = s + 1, *end = s + len;
    bip_score spare;

    if (len < 2 || s[0] != '[' || end[-1] != ']')
        return false;
    if (n == 0)
        return len == 2;
    for (size_t i = 0; i < n; i++) {
        const char *stop = parse_next(at, end, i + 1 < n ? ',' : ']', scores ? &scores[i] : &spare);
        if (stop == NULL)
            return false;
        if (spans != NULL)
            spans[i] = (bip__score_span){at, (size_t)(stop - at)};
        at = stop + 1;
    }
    return at == end;
}

bool bip__scores_parse(const char *s, size_t len, bip_score *scores, size_t n)
{
    if (!is_digits(s, len, n))
        return read_array(s, len, scores, NULL, n);
    for (size_t i = 0; i < n; i++)
        scores[i] = (bip_score){.number = s[2 * i + 1] - '0', .answer = BIP_NUMBER};
    return true;
}

bool bip__scores_split(const char *s, size_t len, bip__score_span *spans, size_t n)
{
    if (!is_digits(s, len, n))
        return read_array(s, len, NULL, spans, n);
    for (size_t i = 0; i < n; i++)
        spans[i] = (bip__score_span){s + 2 * i + 1, 1};
    return true;
}
