# Puts the files of conf/fronts into the program: sets front_templates to a source that is made of them. It is made again when
# one of them changes; the list is explicit, as all lists of files are.
set(FRONT_TEMPLATES "")
foreach(name apache.conf caddy.conf envoy-cluster.yaml envoy.yaml haproxy.cfg haproxy.lua ingress-nginx-headers.yaml ingress-nginx.yaml lighttpd.conf nginx-http-protect.conf nginx-http-public.conf nginx-http-server.conf nginx-http-upstream.conf traefik.yaml)
  set(file ${PROJECT_SOURCE_DIR}/conf/fronts/${name})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  string(APPEND FRONT_TEMPLATES "    {\"${name}\", R\"front(${text})front\"},\n")
endforeach()
set(front_templates ${CMAKE_CURRENT_BINARY_DIR}/front_templates.cpp)
configure_file(${CMAKE_CURRENT_LIST_DIR}/templates.cpp.in ${front_templates} @ONLY)
