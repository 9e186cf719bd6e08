# session_embed_texts(OUT IN FOLDER FILE...): makes a source of the template IN in which @TEXTS@ is a row {name, text} of each
# file, sets OUT to it, and has it made again when a file changes. The list is explicit, as all lists of files are.
function(session_embed_texts out in folder)
  set(TEXTS "")
  foreach(name ${ARGN})
    set(file ${folder}/${name})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    string(APPEND TEXTS "    {\"${name}\", R\"embedded(${text})embedded\"},\n")
  endforeach()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${out}.cpp)
  configure_file(${in} ${source} @ONLY)
  set(${out} ${source} PARENT_SCOPE)
endfunction()
