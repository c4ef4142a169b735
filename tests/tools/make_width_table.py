#!/usr/bin/env python3
"""Makes libbip/draw/dejavu_widths.h: how wide the characters of DejaVu Sans are, in hundredths of the font size.

    make_width_table.py FILE           write it
    make_width_table.py --check FILE   exit 1 if FILE is not what would be written

The font is Debian's fonts-dejavu-core; its own tables cmap (which glyph a character has) and hmtx (how wide a glyph is)
are read here, rounded up. DejaVu Sans is one of the widest of the usual sans-serif fonts, so what fits with it fits with
others.
"""
import struct
import sys
import unicodedata

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
PAGES = [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x1E, 0x1F, 0x20, 0x21, 0x22]
UNKNOWN = 100  # a character the font lacks comes from another font: about as wide as it is high


def tables(data):
    n = struct.unpack(">H", data[4:6])[0]
    for i in range(n):
        tag, _, offset, length = struct.unpack(">4sLLL", data[12 + 16 * i:28 + 16 * i])
        yield tag.decode(), data[offset:offset + length]


def glyphs(cmap):
    """Characters of the basic plane: cmap's format 4."""
    for i in range(struct.unpack(">H", cmap[2:4])[0]):
        offset = struct.unpack(">HHL", cmap[4 + 8 * i:12 + 8 * i])[2]
        sub = cmap[offset:]
        if struct.unpack(">H", sub[:2])[0] == 4:
            break
    n = struct.unpack(">H", sub[6:8])[0] // 2
    ends = struct.unpack(f">{n}H", sub[14:14 + 2 * n])
    starts = struct.unpack(f">{n}H", sub[16 + 2 * n:16 + 4 * n])
    deltas = struct.unpack(f">{n}h", sub[16 + 4 * n:16 + 6 * n])
    at = 16 + 6 * n
    ranges = struct.unpack(f">{n}H", sub[at:at + 2 * n])
    found = {}
    for k in range(n):
        for c in range(starts[k], ends[k] + 1):
            if ranges[k] == 0:
                found[c] = (c + deltas[k]) & 0xFFFF
                continue
            place = at + 2 * k + ranges[k] + 2 * (c - starts[k])
            glyph = struct.unpack(">H", sub[place:place + 2])[0] if place + 2 <= len(sub) else 0
            found[c] = (glyph + deltas[k]) & 0xFFFF if glyph else 0
    return found


def widths():
    with open(FONT, "rb") as f:
        data = f.read()
    t = dict(tables(data))
    em = struct.unpack(">H", t["head"][18:20])[0]
    n = struct.unpack(">H", t["hhea"][34:36])[0]
    advance = [struct.unpack(">H", t["hmtx"][4 * i:4 * i + 2])[0] for i in range(n)]
    glyph = glyphs(t["cmap"])

    def width(c):
        if unicodedata.category(chr(c)) in ("Mn", "Me", "Cf"):
            return 0
        g = glyph.get(c, 0)
        return -(-advance[min(g, n - 1)] * 100 // em) if g else UNKNOWN

    return [[width(page * 256 + i) for i in range(256)] for page in PAGES]


def text():
    lines = ["/* Made by tests/tools/make_width_table.py from DejaVu Sans: widths of characters in hundredths of the font size. */",
             "#ifndef BIP_DRAW_DEJAVU_WIDTHS_H", "#define BIP_DRAW_DEJAVU_WIDTHS_H", "", "#include <stdint.h>", "",
             "/* clang-format off */",
             "/* Which page of 256 characters stands where in the table. */",
             "static const uint8_t width_page_numbers[] = {" + ", ".join(f"0x{p:02x}" for p in PAGES) + "};", "",
             f"static const uint8_t width_pages[{len(PAGES)}][256] = {{"]
    for number, page in zip(PAGES, widths()):
        lines.append(f"    /* U+{number:02X}00 */")
        lines.append("    {")
        for i in range(0, 256, 20):
            lines.append("        " + ", ".join(str(w) for w in page[i:i + 20]) + ",")
        lines.append("    },")
    return "\n".join(lines + ["};", "/* clang-format on */", "", "#endif", ""])


def main():
    check = sys.argv[1] == "--check"
    path = sys.argv[-1]
    if not check:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text())
        return 0
    with open(path, encoding="utf-8") as f:
        return int(f.read() != text())


if __name__ == "__main__":
    sys.exit(main())
