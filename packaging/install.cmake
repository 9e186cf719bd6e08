# What `cmake --install` puts where. The prefix is the one of the installation (--prefix), not of the configuration.
include(GNUInstallDirs)

install(TARGETS session-gateway RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES man/session-gateway.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES man/session-gateway.yaml.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)

install(FILES conf/grafana-dashboard.json conf/prometheus-alerts.yaml DESTINATION ${CMAKE_INSTALL_DATADIR}/session-gateway OPTIONAL)

install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

# The pages, the units, /etc/session-gateway, the schema, the completions and the files for nginx: their text or place depends on the
# prefix or on what is installed, or the program that is installed writes them. The files for nginx are not in /etc/nginx: they hold
# nothing to edit and belong to this version of the gateway. Old ones that stay behind as edited configuration would leave doors open that
# a new version has closed.
install(CODE "
  set(session_snippets admin console health http protect protect-grpc protect-uwsgi proxy public public-grpc public-uwsgi server session sessions upstream)
  set(session_pages README.md SECURITY.md CHANGELOG.md docs/compare.md docs/console.md docs/containers.md docs/contract.md docs/durability.md docs/fronts.md docs/fronts/apache.md docs/fronts/caddy.md docs/fronts/envoy.md docs/fronts/haproxy.md
    docs/fronts/ingress-nginx.md docs/fronts/lighttpd.md docs/fronts/nginx-http.md docs/fronts/traefik.md docs/install.md docs/lint.md docs/migration.md docs/monitor.md docs/nginx.md
    docs/recipes.md docs/redis.md docs/releases.md docs/run.md docs/security.md docs/start/express-session.md docs/start/log-out-everywhere.md docs/start/many-languages.md docs/start/nginx-php.md
    docs/troubleshooting.md)
  set(session_docdir \"${CMAKE_INSTALL_DOCDIR}\")
  set(session_datadir \"${CMAKE_INSTALL_DATADIR}\")
  set(session_source \"${PROJECT_SOURCE_DIR}\")
  set(session_build \"${PROJECT_BINARY_DIR}\")
  set(session_program \"$<TARGET_FILE:session-gateway>\")
  set(session_bindir \"${CMAKE_INSTALL_BINDIR}\")")
install(SCRIPT packaging/install_pages.cmake)
install(FILES docs/images/console.png docs/images/devices.png DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs/images)
install(SCRIPT packaging/install_for_prefix.cmake)
