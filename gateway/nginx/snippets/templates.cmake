# Puts the files of conf/nginx into the program: sets nginx_templates to a source that is made of them. It is made
# again when one of them changes; the list is explicit, as all lists of files are.
set(SNIPPET_TEMPLATES "")
foreach(name health http protect protect-grpc protect-uwsgi proxy public public-grpc public-uwsgi server session upstream)
  set(file ${PROJECT_SOURCE_DIR}/conf/nginx/session-gateway-${name}.conf)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  string(APPEND SNIPPET_TEMPLATES "    {\"session-gateway-${name}.conf\", R\"nginx(${text})nginx\"},\n")
endforeach()
set(nginx_templates ${CMAKE_CURRENT_BINARY_DIR}/nginx_templates.cpp)
configure_file(${CMAKE_CURRENT_LIST_DIR}/templates.cpp.in ${nginx_templates} @ONLY)
