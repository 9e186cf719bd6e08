# Runs during the installation: what depends on the prefix that was chosen for it. DESTDIR counts, as everywhere.
set(prefix "${CMAKE_INSTALL_PREFIX}")
cmake_path(ABSOLUTE_PATH prefix NORMALIZE)
string(REGEX REPLACE "/$" "" prefix "${prefix}")

# One place for the configuration, which `session-gateway check` looks for by itself; a private prefix keeps its own.
if(prefix MATCHES "^(/usr|/usr/local)$")
  set(configuration /etc/session-gateway)
else()
  set(configuration "${prefix}/etc/session-gateway")
endif()

# By way of the build, and of a name of its own: several installations of one build don't meet.
string(RANDOM LENGTH 12 own)
foreach(unit session-gateway.service session-gateway.socket session-gateway-admin.socket)
  file(READ "${session_source}/systemd/${unit}" text)
  string(REPLACE "/usr/bin/session-gateway" "${prefix}/${session_bindir}/session-gateway" text "${text}")
  string(REPLACE "/etc/session-gateway" "${configuration}" text "${text}")
  file(WRITE "${session_build}/installing-${own}/${unit}" "${text}")
  file(INSTALL "${session_build}/installing-${own}/${unit}" DESTINATION "${prefix}/lib/systemd/system")
endforeach()

# The files for nginx name the file with the secret.
foreach(snippet ${session_snippets})
  set(name session-gateway-${snippet}.conf)
  file(READ "${session_source}/conf/nginx/${name}" text)
  string(REPLACE "/etc/session-gateway" "${configuration}" text "${text}")
  file(WRITE "${session_build}/installing-${own}/${name}" "${text}")
  file(INSTALL "${session_build}/installing-${own}/${name}" DESTINATION "${prefix}/${session_datadir}/session-gateway/nginx")
endforeach()

# What the program says of itself: the schema for editors, and the completions where each shell looks for them.
function(session_install_output folder name)
  execute_process(COMMAND "${session_program}" ${ARGN} OUTPUT_FILE "${session_build}/installing-${own}/${name}"
    COMMAND_ERROR_IS_FATAL ANY)
  file(INSTALL "${session_build}/installing-${own}/${name}" DESTINATION "${prefix}/${session_datadir}/${folder}")
endfunction()
session_install_output(session-gateway gateway.schema.json schema)
session_install_output(bash-completion/completions session-gateway completion bash)
session_install_output(zsh/vendor-completions _session-gateway completion zsh)
session_install_output(fish/vendor_completions.d session-gateway.fish completion fish)

# Configurations begin with a line that tells editors where the schema is.
function(session_install_configuration source folder)
  file(READ "${session_source}/${source}" text)
  string(REPLACE "=/usr/share/session-gateway/" "=${prefix}/${session_datadir}/session-gateway/" text "${text}")
  file(WRITE "${session_build}/installing-${own}/gateway.yaml" "${text}")
  file(INSTALL "${session_build}/installing-${own}/gateway.yaml" DESTINATION "${folder}")
endfunction()
session_install_configuration(conf/gateway.yaml "${prefix}/${session_docdir}/conf")
# The operator's own, once it is there.
if(NOT EXISTS "$ENV{DESTDIR}${configuration}/gateway.yaml")
  session_install_configuration(packaging/gateway.yaml "${configuration}")
endif()
file(REMOVE_RECURSE "${session_build}/installing-${own}")

# Root's alone: key files, which systemd hands to the service (LoadCredential=), and the line by which nginx sends the secret.
foreach(folder credentials nginx)
  file(MAKE_DIRECTORY "$ENV{DESTDIR}${configuration}/${folder}")
  file(CHMOD "$ENV{DESTDIR}${configuration}/${folder}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endforeach()
