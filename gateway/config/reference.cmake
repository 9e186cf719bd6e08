# Puts conf/gateway.yaml into the program, whose schema explains the settings in its words: sets config_reference to a source that is
# made of it, and again when it changes.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/conf/gateway.yaml)
file(READ ${PROJECT_SOURCE_DIR}/conf/gateway.yaml REFERENCE_TEXT)
set(config_reference ${CMAKE_CURRENT_BINARY_DIR}/config_reference.cpp)
configure_file(${CMAKE_CURRENT_LIST_DIR}/reference_text.cpp.in ${config_reference} @ONLY)
