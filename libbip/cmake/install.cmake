# What is installed, in three parts: the library as programs run it, what one builds with, and the program.
include(CMakePackageConfigHelpers)

set(bip_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/bip)
set(bip_pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(TARGETS bip EXPORT bipTargets
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT library
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(TARGETS bip_static EXPORT bipTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(TARGETS bip_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
install(FILES libbip/include/bip.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/include/bip/export.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/bip
        COMPONENT development)

# The names bip::bip and bip::static hold outside as they do inside.
set_target_properties(bip_static PROPERTIES EXPORT_NAME static)
install(EXPORT bipTargets NAMESPACE bip:: DESTINATION ${bip_config_dir} COMPONENT development)
configure_package_config_file(libbip/cmake/bipConfig.cmake.in ${PROJECT_BINARY_DIR}/bipConfig.cmake
                              INSTALL_DESTINATION ${bip_config_dir})
# Until 1.0 a new minor version may break what was.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/bipConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/bipConfig.cmake ${PROJECT_BINARY_DIR}/bipConfigVersion.cmake
        DESTINATION ${bip_config_dir} COMPONENT development)

install(DIRECTORY libbip/schemas DESTINATION ${CMAKE_INSTALL_DATADIR}/bip COMPONENT development)

# Relative, since the library folder is one or two levels deep: lib or lib/x86_64-linux-gnu.
file(RELATIVE_PATH BIP_PC_TO_PREFIX /${bip_pc_dir} /)
string(REGEX REPLACE "/$" "" BIP_PC_TO_PREFIX "${BIP_PC_TO_PREFIX}")
configure_file(libbip/cmake/bip.pc.in ${PROJECT_BINARY_DIR}/bip.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/bip.pc DESTINATION ${bip_pc_dir} COMPONENT development)
