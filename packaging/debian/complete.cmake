# Runs when the package's files are in place and before they are packed: what only a Debian package has. Manual pages and the
# changelog are compressed without a time in them, as Debian wants them (policy 12.1, 12.7).
set(root "${CPACK_TEMPORARY_INSTALL_DIRECTORY}")
set(doc "${root}/usr/share/doc/session-gateway")
set(overrides "${root}/usr/share/lintian/overrides")

# Not file(INSTALL): DESTDIR may still count here, and the root has it already.
file(COPY_FILE "${CPACK_SESSION_DEBIAN}/changelog" "${doc}/changelog")
file(MAKE_DIRECTORY "${overrides}")
file(COPY_FILE "${CPACK_SESSION_DEBIAN}/lintian-overrides" "${overrides}/session-gateway")

file(GLOB pages "${root}/usr/share/man/man*/*.[1-8]")
execute_process(COMMAND gzip -9nf ${pages} "${doc}/changelog" COMMAND_ERROR_IS_FATAL ANY)
