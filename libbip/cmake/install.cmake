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

# The manual page and the completion of shells say what the program says: they are made by asking it.
find_program(BIP_AWK awk)
if(BIP_AWK AND NOT CMAKE_CROSSCOMPILING AND NOT WIN32)
  set(described ${PROJECT_BINARY_DIR}/generated/described)
  set(describe ${PROJECT_SOURCE_DIR}/libbip/completion/describe)
  add_custom_command(
    OUTPUT ${described}
    COMMAND sh ${describe} $<TARGET_FILE:bip_program> > ${described}
    DEPENDS bip_program ${describe}
    VERBATIM)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/generated/bash) # bash wants the file to be named as the command
  set(made "")
  # made_of_help(SCRIPT FILE FOLDER): FILE comes out of the awk script and is installed in FOLDER.
  function(made_of_help script file folder)
    set(output ${PROJECT_BINARY_DIR}/generated/${file})
    add_custom_command(
      OUTPUT ${output}
      COMMAND ${BIP_AWK} -f ${PROJECT_SOURCE_DIR}/libbip/${script} ${described} > ${output}
      DEPENDS ${described} libbip/${script}
      VERBATIM)
    install(FILES ${output} DESTINATION ${folder} COMPONENT tools)
    set(made ${made} ${output} PARENT_SCOPE)
  endfunction()
  made_of_help(man/man.awk bip.1 ${CMAKE_INSTALL_MANDIR}/man1)
  made_of_help(completion/bash.awk bash/bip ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  made_of_help(completion/zsh.awk _bip ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
  made_of_help(completion/fish.awk bip.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
  add_custom_target(bip_manual ALL DEPENDS ${made})
endif()
