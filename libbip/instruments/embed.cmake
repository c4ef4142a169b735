# cmake -DOUT=builtins.c -DFILES=a.json;b.json -P embed.cmake: the built-in instruments as C, byte for byte.
set(arrays "")
set(table "")
set(i 0)
foreach(file IN LISTS FILES)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(0x[0-9a-f][0-9a-f],0x[0-9a-f][0-9a-f],0x[0-9a-f][0-9a-f],0x[0-9a-f][0-9a-f],)" "\\1\n" bytes
         "${bytes}")
  string(APPEND arrays "static const unsigned char json_${i}[] = {\n${bytes}};\n")
  string(APPEND table "    {(const char *)json_${i}, sizeof json_${i}},\n")
  math(EXPR i "${i} + 1")
endforeach()
file(WRITE ${OUT} "/* Made by embed.cmake. */\n#include \"model/instrument.h\"\n\n${arrays}\nconst bip__builtin bip__builtins[] = {\n${table}};\n"
                  "const size_t bip__n_builtins = ${i};\n")
