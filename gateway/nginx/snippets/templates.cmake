# Puts the files of conf/nginx into the program.
set(snippets admin console health http protect protect-grpc protect-uwsgi proxy public public-grpc public-uwsgi server session sessions upstream)
list(TRANSFORM snippets PREPEND session-gateway-)
list(TRANSFORM snippets APPEND .conf)
session_embed_texts(nginx_templates ${CMAKE_CURRENT_LIST_DIR}/templates.cpp.in ${PROJECT_SOURCE_DIR}/conf/nginx ${snippets})
