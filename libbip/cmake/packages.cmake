# cpack -G DEB: libbip0.1, libbip-dev and bip-tools. Configure with -DCMAKE_INSTALL_PREFIX=/usr: from that follows
# Debian's own library folder.
set(soversion ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME bip)
set(CPACK_PACKAGE_VENDOR "The libbip developers")
set(CPACK_PACKAGE_CONTACT "The libbip developers <libbip@example.org>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL library development tools)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libbip${soversion})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION
    "${PROJECT_DESCRIPTION} (library)\nThe shared library that programs run with.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libbip-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# The static library has to be linked with what it is built from.
string(JOIN ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libbip${soversion} (= ${PROJECT_VERSION})" libsqlite3-dev
       libcjson-dev libpcre2-dev libsodium-dev libutf8proc-dev)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
    "${PROJECT_DESCRIPTION} (development)\nHeader, static library, CMake package and pkg-config file.")

# The program holds the library in itself: it depends on what the library is built from only.
set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME bip-tools)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION science)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SHLIBDEPS ON)
set(CPACK_COMPONENT_TOOLS_DESCRIPTION
    "${PROJECT_DESCRIPTION} (program)\nThe program bip, its manual page and the completion for shells.")

# Debian wants the licence in every package, at a place of its own.
foreach(part library development tools)
  string(TOUPPER ${part} upper)
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME}
          RENAME copyright COMPONENT ${part})
endforeach()
include(CPack)
