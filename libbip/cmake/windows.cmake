# Building for 64-bit Windows on another system, with Debian's mingw-w64. What libbip stands on is looked for in
# BIP_WINDOWS_DEPENDENCIES, which windows_dependencies makes, and nowhere else.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)

list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES BIP_WINDOWS_DEPENDENCIES)
set(CMAKE_FIND_ROOT_PATH ${BIP_WINDOWS_DEPENDENCIES} /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} ${BIP_WINDOWS_DEPENDENCIES}/lib/pkgconfig)
set(ENV{PKG_CONFIG_PATH} "")

# What is built here is tried under Wine, where there is one.
find_program(BIP_WINE NAMES wine)
if(BIP_WINE)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${BIP_WINE})
endif()
