# cmake -DOUT=page_css.c -DFILE=page.css -P embed.cmake: the pages' style sheet as C, without its comments.
file(READ ${FILE} text)
string(REGEX REPLACE "/\\*[^*]*\\*/\n?" "" text "${text}")
string(HEX "${text}" hex)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "((0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,))" "\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "/* Made by embed.cmake. */\n#include \"show/page.h\"\n\nconst char bip__page_css[] = {\n${bytes}};\n"
                  "const size_t bip__page_css_n = sizeof bip__page_css;\n")
