# The Debian package: `./dev package`, or cpack in a build of the release preset. It installs what `cmake --install` does.

# The package's installation builds nothing, above all not the tests: what it installs has been built before.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

set(SESSION_MAINTAINER "The session-gateway authors <maintainers@session-gateway.invalid>" CACHE STRING
  "Maintainer of the Debian package: who builds it for others puts their own name and address here")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME session-gateway)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT ${SESSION_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "session service beside nginx, for applications in any language")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"nginx asks it on every request (auth_request, over FastCGI) whose session a
cookie belongs to. It verifies the signed cookie, loads the session from memory
or Redis and answers with headers that say who the user is. Applications behind
nginx read those headers, and log users in and out with response headers of
their own; they need no session library.")
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
# As if /usr and /etc were here: the configuration is not below the prefix.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/packaging/debian/complete.cmake)
set(CPACK_SESSION_DEBIAN ${PROJECT_SOURCE_DIR}/packaging/debian)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION httpd)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS nginx)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "redis-server")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${PROJECT_SOURCE_DIR}/packaging/debian/conffiles
  ${PROJECT_SOURCE_DIR}/packaging/debian/postinst
  ${PROJECT_SOURCE_DIR}/packaging/debian/prerm
  ${PROJECT_SOURCE_DIR}/packaging/debian/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

include(CPack)
